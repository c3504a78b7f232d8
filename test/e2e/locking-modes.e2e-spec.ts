import { Controller, Get, Injectable, Post, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { type LockingMode, LockSession, Session, type SessionObject } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { recordedStore } from '../support/stores/recorded-store.js';

interface Shop {
  cart: { items: string[] };
}

let seenByGuard: { loaded: boolean; locked: boolean }[] = [];

@Injectable()
class Watch implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { session } = context.switchToHttp().getRequest<{ session: SessionObject }>();
    seenByGuard.push({ loaded: session.loaded, locked: session.locked });
    return true;
  }
}

@Controller()
@UseGuards(Watch)
class ModesController {
  @Get('default') default(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('implicit') @LockSession('implicit') implicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('early') @LockSession('early') early(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('early-and-untouched') @LockSession('early') untouched(): boolean {
    return true;
  }

  @Get('explicit') @LockSession('explicit') explicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('read-only') @LockSession('read-only') readOnly(@Session() session: Session): boolean {
    return session.locked;
  }

  @Post('read-only/set') @LockSession('read-only') set(@Session() session: Session): void {
    session.set('stolen', true);
  }

  @Post('read-only/nested') @LockSession('read-only') nested(@Session() session: Session<Shop>): void {
    session.data.cart?.items.push('stolen');
  }

  @Post('read-only/destroy') @LockSession('read-only') async destroy(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}

@Controller('reports')
@LockSession('explicit')
class ReportsController {
  @Get('unlocked') unlocked(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('locked') @LockSession('implicit') locked(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('short') @LockSession({ mode: 'implicit', lease: 1_234 }) short(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('patient') @LockSession({ wait: 60_000 }) patient(@Session() session: Session): boolean {
    return session.locked;
  }
}

abstract class Inherited {
  @Get('inherited') inherited(@Session() session: Session): boolean {
    return session.locked;
  }
}

@Controller('free')
@LockSession('explicit')
class FreeController extends Inherited {}

@Controller('locking')
@LockSession('implicit')
class LockingController extends Inherited {}

@Controller('default')
class DefaultController extends Inherited {}

const controllers = [ModesController, ReportsController, FreeController, LockingController, DefaultController];

describe.each(PLATFORMS)('The locking mode, on %s', (platform) => {
  let store: ObservedStore;
  let browser: Browser;

  async function start(locking?: LockingMode): Promise<void> {
    store = new ObservedStore(distantMemory());
    const sessions = { store, ...(locking && { locking }) };
    browser = (await startNotes({ platform, controllers, sessions })).browser();
    await browser.post('/notes', { cart: { items: [] } });
    store.takeCalls();
    seenByGuard = [];
  }

  async function isLockedIn(path: string): Promise<boolean> {
    return (await browser.get(path)).json<boolean>();
  }

  beforeEach(() => start());

  it('implicit, the default, locks at the first touch and unlocks with the commit', async () => {
    expect(await isLockedIn('/default')).toBe(true);
    expect(await isLockedIn('/implicit')).toBe(true);
    expect(store.takeCalls()).toEqual(['tryLock', 'unlock', 'tryLock', 'unlock']);
    expect(seenByGuard).toEqual(Array.from({ length: 2 }, () => ({ loaded: false, locked: false })));
  });

  it('early locks before the guards of the route, whether the session is used or not', async () => {
    expect(await isLockedIn('/early')).toBe(true);
    expect(await isLockedIn('/early-and-untouched')).toBe(true);
    expect(store.takeCalls()).toEqual(['tryLock', 'unlock', 'tryLock', 'unlock']);
    expect(seenByGuard).toEqual(Array.from({ length: 2 }, () => ({ loaded: true, locked: true })));
  });

  it('explicit locks nothing by itself', async () => {
    expect(await isLockedIn('/explicit')).toBe(false);
    expect(store.takeCalls()).toEqual(['load']);
  });

  it('read-only locks nothing', async () => {
    expect(await isLockedIn('/read-only')).toBe(false);
    expect(store.takeCalls()).toEqual(['load']);
  });

  it.each(['set', 'nested', 'destroy'])('read-only makes a change an error: %s', async (change) => {
    const reply = await browser.post(`/read-only/${change}`);

    expect([reply.status, reply.setCookies]).toEqual([500, []]);
    expect(store.takeCalls()).toEqual(['load']);
    expect((await browser.get('/notes')).json()).toEqual({ cart: { items: [] } });
  });

  it('is the one of the controller, unless the method has one', async () => {
    expect(await isLockedIn('/reports/unlocked')).toBe(false);
    expect(await isLockedIn('/reports/locked')).toBe(true);
  });

  it('of one handler that several controllers inherit is the one of each controller, whichever is asked first', async () => {
    const inherited = async (): Promise<Record<string, boolean>> => ({
      free: await isLockedIn('/free/inherited'),
      locking: await isLockedIn('/locking/inherited'),
      default: await isLockedIn('/default/inherited'),
    });
    expect(await inherited()).toEqual({ free: false, locking: true, default: true });
    expect(await inherited()).toEqual({ free: false, locking: true, default: true });
  });

  it('stays the one of the controller when the method sets another option only', async () => {
    expect(await isLockedIn('/reports/patient')).toBe(false);
  });

  it('comes with a lease of its own where the route has one', async () => {
    const { store, calls } = recordedStore(distantMemory());
    const app = await startNotes({
      platform,
      controllers: [ReportsController],
      sessions: { store, lock: { lease: 5_678 } },
    });
    browser = app.browser();
    await browser.post('/notes', { cart: { items: [] } });
    await browser.get('/reports/short');
    await browser.get('/reports/locked');

    const leases = calls.flatMap((call) => /^tryLock .*"lease":(\d+)/.exec(call)?.[1] ?? []);
    expect(leases).toEqual(['1234', '5678']);
  });

  it('is the one of the module where neither says anything', async () => {
    await start('explicit');
    expect(await isLockedIn('/default')).toBe(false);
    expect(await isLockedIn('/implicit')).toBe(true);
  });
});
