import { Body, Controller, Get, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { createTestSession } from 'nestjs-sessions/testing';

@Controller()
class VisitsController {
  @Get('visits')
  visits(@Session() session: Session): number {
    const visits: number = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }

  @Post('login')
  async login(@Session() session: Session, @Body('user') user: string): Promise<void> {
    await session.regenerate();
    session.set('user', user);
  }

  @Post('logout')
  async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}

describe('createTestSession()', () => {
  const controller = new VisitsController();

  it('gives the session of a new visitor', () => {
    const session = createTestSession();

    expect(controller.visits(session)).toBe(1);
    expect(session.isNew).toBe(true);
    expect(session.missing).toBe(false);
    expect(session.loaded).toBe(true);
  });

  it('gives the session of a visitor who has come before', () => {
    const session = createTestSession({ visits: 2 });

    expect(controller.visits(session)).toBe(3);
    expect(session.isNew).toBe(false);
  });

  it('goes along with a login', async () => {
    const session = createTestSession({ visits: 2 });
    const before = session.id;

    await controller.login(session, 'Ann');
    await session.save();

    expect(session.id).not.toBe(before);
    expect(session.data).toEqual({ visits: 2, user: 'Ann' });
  });

  it('goes along with a logout', async () => {
    const session = createTestSession({ user: 'Ann' });

    await controller.logout(session);

    expect(session.size).toBe(0);
  });

  it('types what it holds', () => {
    const session = createTestSession<{ visits: number }>({ visits: 2 });

    const visits: number | undefined = session.get('visits');
    // @ts-expect-error a mistyped key does not compile
    session.get('visit');

    expect(visits).toBe(2);
  });
});
