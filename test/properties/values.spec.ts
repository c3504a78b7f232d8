import fc from 'fast-check';
import type { SessionObject } from '../../lib/session/object/session.js';
import { EngineVisits } from '../support/engine/engine-visits.js';
import { holds } from '../support/models/property.js';
import { RealStores } from '../support/stores/real-stores.js';

/** How a value gets into the session: it is checked at once, or only when it is written. */
type Way = 'set' | 'inside' | 'data';

type Session = SessionObject<Record<string, unknown>>;

const MAX_DEPTH = 200;

function nested(levels: number, innermost: unknown = 'deep'): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
}

function cycle(levels: number): unknown {
  const innermost: { outermost?: unknown } = {};
  innermost.outermost = nested(levels, innermost);
  return innermost;
}

/** Any UTF-16, halves of surrogate pairs and NUL included. */
const anyText = fc.uint16Array({ maxLength: 20 }).map((units) => String.fromCharCode(...units));
const keys = fc.oneof(
  anyText,
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'prototype',
    'toJSON',
    'hasOwnProperty',
    '\0',
    '\ud800',
    '1',
    'a b;c=d',
    'k'.repeat(300),
  ),
);
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  anyText,
  fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 })),
  fc.anything({
    key: keys,
    maxDepth: 3,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.constantFrom<unknown>(
    -0,
    Infinity,
    2 ** 53 + 2,
    5e-324,
    Number.MAX_VALUE,
    NaN,
    undefined,
    1n,
    Symbol('x'),
    new Array<unknown>(2),
    [-0],
  ),
  fc.nat({ max: MAX_DEPTH + 2 }).map((levels) => nested(levels)),
  fc.nat({ max: 5 }).map(cycle),
  fc.constantFrom<unknown>(
    nested(10_000),
    cycle(10_000),
    () => 'x',
    new Error('x'),
    Buffer.from('x'),
    Object.create(Object.create(Object.create(null))),
    new Proxy({}, {}),
  ),
);

describe('A value, whatever it is,', () => {
  let stores: RealStores;
  beforeAll(async () => {
    stores = await RealStores.start();
  });
  afterAll(() => stores.close());

  async function outcomes(key: string, value: unknown, way: Way): Promise<string[]> {
    return Promise.all(stores.all.map((store) => outcomeIn(new EngineVisits(store, stores.clock), key, value, way)));
  }

  holds(
    'comes back as it went in, or is refused and changes nothing; and that in every store alike',
    60,
    fc.asyncProperty(keys, values, fc.constantFrom<Way>('set', 'inside', 'data'), async (key, value, way) => {
      const [memory, ...others] = await outcomes(key, value, way);

      expect(memory).toEqual(
        isStorable(value, way) ? shown(value) : expect.stringMatching(/^SessionNotSerializableError/),
      );
      expect(others).toEqual(others.map(() => memory));
    }),
  );

  it.each<Way>(['set', 'inside', 'data'])(
    'that is -0 comes back as 0, which is all that JSON changes (%s)',
    async (way) => {
      expect(new Set(await outcomes('n', -0, way))).toEqual(new Set(['0']));
    },
  );
});

async function outcomeIn(visits: EngineVisits, key: string, value: unknown, way: Way): Promise<string> {
  const id = await visits.stored();
  const { unit, session } = visits.visit(id);
  await session.load();
  try {
    put(session, key, value, way);
    await unit.commit();
  } catch (error) {
    await unit.discard();
    expect(await visits.data(id)).toEqual({ there: true });
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
  }
  const next = visits.visit(id, 'read-only').session;
  await next.load();
  return shown(way === 'inside' ? (next.get(key) as Box).list[0] : next.get(key));
}

interface Box {
  list: unknown[];
}

function put(session: Session, key: string, value: unknown, way: Way): void {
  switch (way) {
    case 'set':
      session.set(key, value);
      break;
    case 'inside':
      session.set(key, { list: [] });
      (session.get(key) as Box).list.push(value);
      break;
    case 'data':
      session.data[key] = value;
  }
}

/** At the top, what is undefined is deleted. */
function isStorable(value: unknown, way: Way): boolean {
  return way === 'inside' ? isJson({ list: [value] }) : value === undefined || isJson(value);
}

/** Whether JSON carries it as it is; properties that are undefined count as absent. */
function isJson(value: unknown, parents: readonly object[] = []): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || parents.includes(value) || parents.length >= MAX_DEPTH) return false;
  const path = [...parents, value];
  if (Array.isArray(value)) return Array.from(value).every((item) => isJson(item, path));
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && Object.values(value).every((item) => item === undefined || isJson(item, path));
}

function shown(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
