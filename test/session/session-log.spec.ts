import { generateSessionId, hashSessionId, shortHash } from '../../lib/session/session-id.js';
import { SessionLog } from '../../lib/session/session-log.js';
import { storedRecord } from '../../lib/session/stage.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { EngineRig, TIMEOUT } from '../support/engine/engine-rig.js';
import { EngineVisits } from '../support/engine/engine-visits.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

describe('the debug log', () => {
  let rig: EngineRig;
  let id: string;
  let named: string;

  beforeEach(async () => {
    rig = new EngineRig();
    id = await rig.stored({ visits: 1 });
    named = shortHash(hashSessionId(id));
  });

  /** The lines since the last call, with the name of the session as "it". */
  function steps(): string[] {
    return rig.logger.lines.splice(0).map(({ message }) => message.replace(named, 'it'));
  }

  it('tells of a load and an update under the lock', async () => {
    const active = await rig.read(id);
    active.data.set('visits', 2);
    await rig.writer.write(active, true);

    expect(steps()).toEqual(['it lock and load: acquired', 'it update']);
  });

  it('tells of a load without the lock, and of the lock that comes later', async () => {
    const { session, unit } = rig.visit(id, 'explicit');
    await session.acquireLock();
    await unit.discard();

    expect(steps()).toEqual(['it load: found', 'it lock and load: acquired', 'it unlock']);
  });

  it('tells of a touch, of one that came too late, and of one that failed', async () => {
    const [one, other] = [await rig.read(id, 'explicit'), await rig.read(id, 'explicit')];
    rig.clock.advance(TIMEOUT / 2);
    await rig.writer.write(one, true);
    rig.clock.advance(TIMEOUT);
    await rig.writer.write(other, true);

    expect(steps().slice(2)).toEqual(['it touch: done', 'it touch: refused']);
    rig.observed.before('touch', () => Promise.reject(new Error('down')));
    const record = storedRecord(id, hashSessionId(id), 'any', { data: '{}', createdAt: 0, expiresAt: TIMEOUT });
    await rig.repository.touch(record, 2 * TIMEOUT, undefined);
    expect(steps()).toContain('it touch: failed');
  });

  it('tells of a new session', async () => {
    const active = await rig.read();
    active.data.set('visits', 1);
    await rig.writer.write(active, true);

    expect(steps()).toEqual([`${shortHash(hashSessionId(active.id))} create: done`]);
  });

  it('tells of an id that was taken', async () => {
    const ids = ['one-id-that-is-taken', 'one-id-that-is-taken', 'another-id-that-is-free'];
    rig = new EngineRig({ generateId: () => ids.shift() ?? '' });
    for (const user of ['ann', 'bob']) {
      const active = await rig.read();
      active.data.set('user', user);
      await rig.writer.write(active, true);
    }

    expect(steps().map((line) => line.slice(9))).toEqual(['create: done', 'create: taken', 'create: done']);
  });

  it('tells of a new id, of a conflict, and of the end', async () => {
    const [one, other] = [await rig.read(id, 'explicit'), await rig.read(id, 'explicit')];
    one.data.set('visits', 2);
    await rig.writer.write(one, true);
    other.rotate(true);
    await rig.writer.write(other, true);
    const renamed = shortHash(hashSessionId(other.id));
    await rig.writer.end(other);

    expect(steps().slice(3)).toEqual([
      'it rotate',
      'it conflict: found',
      'it rotate',
      'it destroy: nothing to destroy',
      `${renamed} destroy: done`,
    ]);
  });

  it('tells of an id that leads nowhere, and of a session whose time is over', async () => {
    const unknown = generateSessionId();
    await rig.read(unknown);
    expect(steps()).toEqual([`${shortHash(hashSessionId(unknown))} lock and load: missing`]);

    // A store that is slow to forget.
    const record = { data: '{}', createdAt: rig.clock.now() - 1, expiresAt: rig.clock.now() };
    rig.store.load = () => Promise.resolve({ status: 'found', record, version: 1 });
    expect((await rig.read(id, 'explicit')).stage.at).toBe('new');
    expect(steps()).toEqual(['it load: found', 'it expired']);
  });
});

describe('the log without debug', () => {
  it('has nothing to tell of requests in which all goes well', async () => {
    const visits = new EngineVisits(new MemoryStore());
    const { unit, session } = visits.visit(await visits.stored());
    await session.load();
    session.set('visits', 2);
    await unit.commit();

    expect(visits.logger.lines).toEqual([]);
  });

  it('names a record that cannot be decoded, and counts those that it does not name', () => {
    const [clock, logger] = [new ManualClock(), new RecordingLogger()];
    const log = new SessionLog(logger, clock, false);
    for (const key of ['a-key-that-is-long', 'another', 'a-third-one']) log.corrupt(key);
    clock.advance(60_000);
    log.corrupt('the-last-one');

    expect(logger.messages('error')).toEqual([
      'The record of session a-key-th cannot be decoded: it is left alone and its visitor starts anew (1 so far)',
      expect.stringMatching(/^The record of session the-last cannot be decoded: .* \(4 so far\)/),
    ]);
  });

  it('names what failed, the route where there is one, and the reason', () => {
    const logger = new RecordingLogger();
    const log = new SessionLog(logger, new ManualClock(), false);
    log.failed('The session was not saved', new Error('disk full'), 'POST /cart');
    log.failed('A session could not be touched', 'no reason');

    expect(logger.messages('error')).toEqual([
      'POST /cart: The session was not saved: disk full',
      'A session could not be touched: no reason',
    ]);
  });

  it('has one line for all requests that go on after they had failed, in a minute, and names the route of the first', async () => {
    const visits = new EngineVisits(new MemoryStore());
    for (let n = 0; n < 3; n += 1) {
      const { unit, session } = visits.visit(await visits.stored());
      await session.load();
      await unit.discard();
      session.set('visits', n);
      await session.save();
    }

    expect(visits.logger.messages('warn')).toEqual([
      'GET /test changed its session after it had failed: that is not stored.',
    ]);
  });
});
