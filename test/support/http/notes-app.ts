import { Body, Controller, Get, Post } from '@nestjs/common';
import { Session, type SessionObject, type SessionStore } from 'nestjs-sessions';
import type { StoreKind, StorePlace } from '../stores/stores.js';
import { TestApp, type TestAppOptions } from './test-app.js';

type Notes = Record<string, unknown>;
type Facts = Pick<SessionObject, 'id' | 'isNew' | 'missing' | 'originalId' | 'regenerated'>;

/** What most tests need of a session: to put something there, to look at it, and to end it. */
@Controller()
export class NotesController {
  @Get('public') public(): string {
    return 'public';
  }

  @Get('notes') read(@Session() session: Session<Notes>): Notes {
    return session.data;
  }

  @Post('notes') write(@Session() session: Session<Notes>, @Body() notes: Notes): Notes {
    return session.update(notes).data;
  }

  @Get('facts') facts(@Session() { id, isNew, missing, originalId, regenerated }: Session): Partial<Facts> {
    return { id, isNew, missing, regenerated, ...(originalId === undefined ? {} : { originalId }) };
  }

  @Post('login') async login(@Session() session: Session<Notes>): Promise<Facts> {
    await session.regenerate();
    session.set('user', 'ann');
    return session;
  }

  @Post('logout') async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }

  @Post('forget') forget(@Session() session: Session): void {
    session.expire();
  }
}

const apps: TestApp[] = [];
const places: StorePlace[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  for (const place of places.splice(0)) await place.dispose();
});

/** An application with `NotesController` that ends with the test. */
export async function startNotes({ controllers = [], ...options }: TestAppOptions = {}): Promise<TestApp> {
  const app = await TestApp.start({ controllers: [NotesController, ...controllers], ...options });
  apps.push(app);
  return app;
}

/** A place for sessions that ends with the test. */
export async function preparePlace(kind: StoreKind): Promise<StorePlace> {
  const place = await kind.prepare();
  places.push(place);
  return place;
}

/** An empty store that ends with the test. */
export async function freshStore(kind: StoreKind): Promise<SessionStore> {
  return (await preparePlace(kind)).open();
}
