import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

class Cart {
  readonly items = 1;
}

function cycle(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

function nested(levels: number): unknown {
  return levels === 0 ? 'deep' : [nested(levels - 1)];
}

const refused: Record<string, () => unknown> = {
  Date: () => new Date(),
  Map: () => new Map([['a', 1]]),
  NaN: () => NaN,
  Infinity: () => Infinity,
  bigint: () => 1n,
  'refers to itself': cycle,
  Cart: () => new Cart(),
  function: () => () => 'x',
  'undefined in an array': () => [1, undefined],
  symbol: () => Symbol('x'),
  'deeper than 200': () => nested(1_000),
  Buffer: () => Buffer.from('x'),
};

@Controller()
class Values {
  @Post('set/:what') set(@Session() session: Session, @Param('what') what: string): void {
    session.set('noise', true);
    session.set('cart', { list: [refused[what]!()] });
  }

  @Post('push/:what') push(@Session() session: Session, @Param('what') what: string): void {
    session.set('noise', true);
    (session.get('cart') as { items: unknown[] }).items.push(refused[what]!());
  }

  @Post('data') data(@Session() session: Session, @Body() body: object): void {
    Object.assign(session.data, body);
  }

  @Get('pollution') pollution(@Session() session: Session): object {
    const probe: Record<string, unknown> = {};
    return {
      probe: probe['polluted'] ?? 'clean',
      own: session.get('__proto__'),
      inherited: session.get('polluted') ?? 'none',
      members: [session.has('constructor'), session.has('toString'), session.has('hasOwnProperty')],
      keys: [...session.keys()],
    };
  }
}

describe('A value', () => {
  let app: TestApp;
  let visitor: Browser;
  beforeEach(async () => {
    app = await startNotes({ controllers: [Values], sessions: { store: distantMemory(), maxBytes: 2_000 } });
    visitor = app.browser();
    await visitor.post('/notes', { cart: { items: ['apple'] } });
  });

  async function stored(): Promise<unknown> {
    return (await visitor.get('/notes')).json();
  }

  it.each(Object.keys(refused))(
    'that JSON cannot carry is an error that names its key, and changes nothing: %s',
    async (what) => {
      for (const way of ['set', 'push']) {
        const reply = await visitor.post(`/${way}/${encodeURIComponent(what)}`);
        expect([reply.status, reply.setCookies]).toEqual([500, []]);
      }
      const errors = app.logs.matching(/SessionNotSerializableError: .*"cart"/);
      expect(errors.filter((message) => message.includes(what))).toHaveLength(2);
      expect(await stored()).toEqual({ cart: { items: ['apple'] } });
    },
  );

  it('comes back as it went in', async () => {
    const notes = {
      text: 'NUL \0, a lone surrogate \ud800, lines \r\n\u2028, quotes " \' \\, é 🍪',
      numbers: [0, -1.5, 1e300, 5e-324, 2 ** 53 + 2],
      '': { '': [[], {}, null, true, false, ''] },
      'a b;c=d': 1,
      length: 2,
      toJSON: 3,
    };
    await visitor.post('/notes', notes);

    expect(await stored()).toEqual({ cart: { items: ['apple'] }, ...notes });
  });

  it.each(['__proto__', 'constructor', 'prototype'])('under the key %s is data, and no prototype', async (key) => {
    const body = JSON.parse(`{"${key}":{"polluted":"yes"},"deep":{"${key}":{"polluted":"yes"}}}`) as object;
    for (const path of ['/notes', '/data']) await visitor.post(path, body);
    const pollution = (await visitor.get('/pollution')).json<{ keys: string[] }>();

    expect(pollution).toMatchObject({
      probe: 'clean',
      inherited: 'none',
      members: [key === 'constructor', false, false],
    });
    expect(pollution.keys.sort()).toEqual(['cart', 'deep', key].sort());
    expect((await visitor.get('/notes')).text).toContain(`"${key}":{"polluted":"yes"}`);
    expect((await visitor.get('/notes')).text).toContain(`"deep":{"${key}":{"polluted":"yes"}}`);
  });

  it('that makes the session larger than maxBytes is refused, and the old session stays; one byte less is stored', async () => {
    const room = 2_000 - '{"cart":{"items":["apple"]},"big":""}'.length;
    const over = await visitor.post('/notes', { big: 'é'.repeat(room / 2) + 'xx' });
    expect([over.status, over.setCookies]).toEqual([500, []]);
    expect(await stored()).toEqual({ cart: { items: ['apple'] } });
    expect(
      app.logs.matching(/SessionTooLargeError: The session has 2\d\d\d bytes, more than maxBytes \(2000\)/),
    ).toHaveLength(1);

    expect((await visitor.post('/notes', { big: 'x'.repeat(room + 1) })).status).toBe(500);
    expect((await visitor.post('/notes', { big: 'x'.repeat(room) })).status).toBe(201);
    expect(await stored()).toEqual({ cart: { items: ['apple'] }, big: 'x'.repeat(room) });
  });

  it('that is too large for a new session leaves no session and no cookie', async () => {
    const stranger = app.browser();
    const reply = await stranger.post('/notes', { big: 'x'.repeat(3_000) });

    expect([reply.status, reply.setCookies]).toEqual([500, []]);
  });
});
