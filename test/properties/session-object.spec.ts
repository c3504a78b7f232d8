import fc from 'fast-check';
import type { SessionObject } from '../../lib/session/object/session.js';
import { hashSessionId } from '../../lib/session/session-id.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits } from '../support/engine/engine-visits.js';
import { holds } from '../support/models/property.js';

type Session = SessionObject<Record<string, unknown>>;
/** What is `undefined` counts as absent. */
type Model = Map<string, unknown>;

/** The same thing done to a session and to a map. What it gives is compared. */
interface Step {
  onSession(session: Session): unknown;
  onMap(map: Model): unknown;
}

const keys = fc.constantFrom('a', 'b', 'cart', '', '__proto__', 'constructor', 'toJSON', 'length', '7');
/** JSON has no -0: it comes back as 0. */
const values = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** One of `values` for the session and one for the map: they are changed separately. */
const twins = values.map((value) => [value, structuredClone(value)] as const);

function has(map: Model, key: string): boolean {
  return map.get(key) !== undefined;
}

function changeInside(value: unknown, addition: unknown): void {
  if (Array.isArray(value)) {
    value.push(addition);
  } else if (typeof value === 'object' && value !== null) {
    Object.assign(value, { added: addition });
  }
}

function step(name: string, details: unknown[], onSession: Step['onSession'], onMap: Step['onMap']): Step {
  return { onSession, onMap, [fc.toStringMethod]: () => `${name}(${fc.stringify(details).slice(1, -1)})` } as Step;
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  // Not after each step: whatever is handed out is watched for changes from then on.
  fc.constant(step('read everything', [], contentsOfSession, contentsOfMap)),
  keys.map((key) =>
    step(
      'get',
      [key],
      (session) => [session.get(key), session.has(key)],
      (map) => [map.get(key), has(map, key)],
    ),
  ),
  fc.tuple(keys, twins).map(([key, [one, other]]) =>
    step(
      'set',
      [key, one],
      (session) => session.set(key, one) === session,
      (map) => map.set(key, other) === map,
    ),
  ),
  keys.map((key) =>
    step(
      'set to undefined',
      [key],
      (session) => void session.set(key, undefined),
      (map) => void map.delete(key),
    ),
  ),
  keys.map((key) =>
    step(
      'delete',
      [key],
      (session) => session.delete(key),
      (map) => {
        const existed = has(map, key);
        map.delete(key);
        return existed;
      },
    ),
  ),
  fc.constant(
    step(
      'clear',
      [],
      (session) => session.clear(),
      (map) => map.clear(),
    ),
  ),
  fc.tuple(keys, values).map(([key, fallback]) =>
    step(
      'pop',
      [key, fallback],
      (session) => [session.pop(key, fallback), session.pop(key)],
      (map) => {
        const value = has(map, key) ? map.get(key) : fallback;
        map.delete(key);
        return [value, undefined];
      },
    ),
  ),
  fc.tuple(keys, twins).map(([key, [one, other]]) =>
    step(
      'setDefault',
      [key, one],
      (session) => session.setDefault(key, one),
      (map) => (has(map, key) ? map : map.set(key, other)).get(key),
    ),
  ),
  fc.tuple(keys, twins, keys, twins).map(([key, [one, other], key2, [one2, other2]]) =>
    step(
      'update',
      [key, one, key2, one2],
      (session) => session.update(Object.fromEntries([[key, one] as const, [key2, one2] as const])) === session,
      (map) => {
        for (const [name, value] of Object.entries(
          Object.fromEntries([
            [key, other],
            [key2, other2],
          ]),
        ))
          map.set(name, value);
        return true;
      },
    ),
  ),
  fc.tuple(fc.oneof(fc.constant('cart'), keys), twins).map(([key, [one, other]]) =>
    step(
      'change inside of',
      [key, one],
      (session) => changeInside(session.get(key), one),
      (map) => changeInside(map.get(key), other),
    ),
  ),
  fc.tuple(keys, twins).map(([key, [one, other]]) =>
    step(
      'data[key] =',
      [key, one],
      (session) => void (session.data[key] = one),
      (map) => void map.set(key, other),
    ),
  ),
  keys.map((key) =>
    step(
      'data[key] = undefined',
      [key],
      (session) => void (session.data[key] = undefined),
      (map) => void map.set(key, undefined),
    ),
  ),
  keys.map((key) =>
    step(
      'delete data[key]',
      [key],
      (session) => void Reflect.deleteProperty(session.data, key),
      (map) => void map.delete(key),
    ),
  ),
);

/** Everything that can be read. */
function contentsOfSession(session: Session): unknown {
  const visited: unknown[] = [];
  session.forEach((value, key, it) => visited.push([key, value, it === session]));
  return {
    keys: [...session.keys()],
    values: [...session.values()],
    entries: [...session.entries()],
    iterated: [...session],
    visited,
    size: session.size,
    json: JSON.stringify(session),
  };
}

function contentsOfMap(map: Model): unknown {
  const entries = Object.entries(asObject(map)).filter(([, value]) => value !== undefined);
  return {
    keys: entries.map(([key]) => key),
    values: entries.map(([, value]) => value),
    entries,
    iterated: entries,
    visited: entries.map(([key, value]) => [key, value, true]),
    size: entries.length,
    json: textOf(map),
  };
}

/** Objects have one order of their own: names that are numbers come first. */
function asObject(map: Model): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of map) object[key] = value;
  return object;
}

function textOf(map: Model): string {
  return JSON.stringify(asObject(map));
}

/** Compared as text, which is quick. */
function shown(contents: unknown): string {
  return JSON.stringify([contents], (_, value: unknown) => (value === undefined ? 'undefined' : value));
}

describe('The session object', () => {
  const beginnings = fc.dictionary(keys, values, { maxKeys: 3 }).map((others) => ({ cart: { items: [1] }, ...others }));
  const work = fc.array(steps, { maxLength: 8, size: 'max' });

  holds(
    'reads and changes as a map does, is changed exactly when its text in the store would differ, and comes back as it was',
    400,
    fc.asyncProperty(beginnings, work, work, async (beginning, ...works) => {
      const store = new MemoryStore();
      const visits = new EngineVisits(store);
      const id = await visits.stored(beginning);
      const map: Model = new Map(Object.entries({ there: true, ...structuredClone(beginning) }));
      const { unit, session } = visits.visit(id);
      await session.load();

      for (const steps of works) {
        const before = await recordOf(store, id);
        expect(before.data).toBe(textOf(map));
        for (const { onSession, onMap } of steps) {
          expect(shown(onSession(session))).toBe(shown(onMap(map)));
        }
        const isChanged = before.data !== textOf(map);
        expect(unit.active.data.isChanged).toBe(isChanged);
        expect(shown(contentsOfSession(session))).toBe(shown(contentsOfMap(map)));
        await session.save();
        expect(unit.active.data.isChanged).toBe(false);
        expect((await recordOf(store, id)).version !== before.version).toBe(isChanged);
      }
      await unit.commit();

      const { session: next } = visits.visit(id);
      await next.load();
      expect(shown(contentsOfSession(next))).toBe(
        shown(contentsOfMap(new Map(Object.entries(JSON.parse(textOf(map)) as object)))),
      );
    }),
  );
});

async function recordOf(store: MemoryStore, id: string): Promise<{ data: string; version: unknown }> {
  const answer = await store.load({ id: hashSessionId(id) });
  if (answer.status !== 'found') throw new Error(`The session is ${answer.status}`);
  return { data: answer.record.data, version: answer.version };
}
