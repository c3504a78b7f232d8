import { Controller, Get, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { visitorWithRecord } from '../support/stores/stored-sessions.js';

declare global {
  // What the planted code would set.
  var plantedCodeRan: boolean | undefined;
}

const CODE = 'globalThis.plantedCodeRan = true';

/** What libraries that revive objects have run as code, or taken for a class. It is JSON, and so it is data here. */
const revivals: readonly string[] = [
  `{"a":"_$$ND_FUNC$$_function (){ ${CODE} }()"}`,
  `{"a":{"$type":"Function","value":"${CODE}"}}`,
  `{"a":{"__js_function":"function () { ${CODE} }"}}`,
  `{"a":{"_type":"Date","then":"${CODE}","toString":"x","valueOf":null,"constructor":null}}`,
  `{"then":"${CODE}","toJSON":"x","toString":null,"hasOwnProperty":1,"length":-1}`,
];

/** What gets at the prototype of all objects where keys are assigned without a thought. */
const pollutions: readonly string[] = [
  '{"__proto__":{"polluted":"yes"}}',
  '{"a":{"__proto__":{"polluted":"yes"}}}',
  '{"constructor":{"prototype":{"polluted":"yes"}}}',
  '{"a":[{"constructor":{"prototype":{"polluted":"yes"}}}]}',
  '{"__proto__":null,"prototype":{"__proto__":[{"polluted":"yes"}]}}',
];

@Controller()
class Everything {
  @Get('all') all(@Session() session: Session<Record<string, unknown>>): unknown[] {
    return [...session.keys()].map((key) => [key, session.get(key), session.has(key)]);
  }

  /** Every way in which data are copied, merged and laid over others. */
  @Post('merge') async merge(@Session() session: Session<Record<string, unknown>>): Promise<object> {
    session.update({ ...session.data });
    await session.withLock((locked) => locked.set('mine', { ...locked.data }));
    session.set('copy', structuredClone(session.toJSON()));
    await session.save();
    return session.data;
  }

  @Get('innocence') innocence(): unknown {
    const probe: Record<string, unknown> = {};
    return [probe['polluted'] ?? 'clean', ([] as unknown as typeof probe)['polluted'] ?? 'clean', Object.keys(probe)];
  }
}

describe('What somebody planted in a record', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await startNotes({ controllers: [Everything], sessions: { store: distantMemory() } });
  });

  it.each(revivals)('is data and never code: %s', async (data) => {
    const visitor = await visitorWithRecord(app, data);

    expect((await visitor.get('/notes')).text).toBe(data);
    expect((await visitor.post('/merge')).status).toBe(201);
    expect((await visitor.get('/notes')).json()).toMatchObject(JSON.parse(data) as object);
    expect((await visitor.get('/all')).status).toBe(200);
    expect(globalThis.plantedCodeRan).toBeUndefined();
  });

  it.each(pollutions)('reaches no prototype: %s', async (data) => {
    const visitor = await visitorWithRecord(app, data);
    const [[key, value]] = Object.entries(JSON.parse(data) as object) as [[string, unknown]];

    expect((await visitor.get('/notes')).text).toBe(data);
    expect((await visitor.get('/all')).json<unknown[]>()[0]).toEqual([key, value, true]);
    expect((await visitor.post('/merge')).status).toBe(201);
    expect((await visitor.post('/notes', JSON.parse(data))).text).toContain(data.slice(1, -1));
    expect((await visitor.get('/innocence')).json()).toEqual(['clean', 'clean', []]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is an error for its own visitor alone when it is too deep to be written', async () => {
    const deep = await visitorWithRecord(app, `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    const other = app.browser();
    await other.post('/notes', { a: 1 });

    expect((await deep.post('/notes', { b: 1 })).status).toBe(500);
    expect((await deep.post('/logout')).status).toBe(201);
    expect((await deep.get('/notes')).json()).toEqual({});
    expect((await other.get('/notes')).json()).toEqual({ a: 1 });
  });
});
