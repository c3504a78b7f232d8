import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NextFunction } from 'express';
import type { ServerResponse } from 'node:http';
import { SessionStoreError } from 'nestjs-sessions';
import { GlobalFilter } from '../../support/http/global-filter.js';
import { answerableShapes, shapesNamed, type HandlerShape } from '../../support/http/handler-shapes.js';
import { MANNERS } from '../../support/http/manners.js';
import { ShapeApps, visit, visitorOf } from '../../support/http/shape-app.js';
import { fails } from '../../support/stores/store-failures.js';

/** Of a store, of the code, and of what the reply would have said. */
const SECRETS = /db\.internal|No space|node_modules|\.[jt]s\b|\bat \w|session_id|"n"/;

/** What stands before the sessions in most applications. */
function earlyMiddleware(_: unknown, response: ServerResponse, next: NextFunction): void {
  response.setHeader('Access-Control-Allow-Origin', 'https://shop.example');
  response.setHeader('X-Request-Id', 'request-1');
  response.appendHeader('Set-Cookie', 'earlier=1; Path=/');
  next();
}

describe.each(MANNERS)('The error of a commit that fails, where sessions are seen %s,', (_, manner) => {
  const filter = new GlobalFilter();
  const filtered = new ShapeApps(manner, (nest) => nest.use(earlyMiddleware).useGlobalFilters(filter));
  const plain = new ShapeApps(manner, (nest) => nest.use(earlyMiddleware));

  beforeEach(() => filter.errors.splice(0));
  afterAll(async () => {
    await filtered.close();
    await plain.close();
  });

  async function visitInVain(apps: ShapeApps, shape: HandlerShape): Promise<unknown> {
    const visitor = await visitorOf(await apps.of(shape));
    apps.store.before('update', fails[1]);
    return visit(visitor, shape);
  }

  it.each(answerableShapes)('is answered by the global filter, which sees it once: $name', async (shape) => {
    const reply = await visitInVain(filtered, shape);

    expect(filter.errors).toEqual([expect.any(SessionStoreError)]);
    expect(reply).toMatchObject({
      status: 502,
      text: shape.method === 'HEAD' ? '' : '{"form":"of the application"}',
      setCookies: ['earlier=1; Path=/'],
    });
    const { headers } = reply as { headers: Headers };
    expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(headers.get('x-request-id')).toBe('request-1');
    expect(headers.get('location')).toBeNull();
  });

  it.each(answerableShapes)('tells the client nothing where there is no filter: $name', async (shape) => {
    const reply = await visitInVain(plain, shape);

    expect(reply).toMatchObject({ status: 503, text: expect.not.stringMatching(SECRETS) });
    const body: unknown = shape.method === 'HEAD' ? {} : JSON.parse((reply as { text: string }).text);
    expect(body).toEqual(shape.method === 'HEAD' ? {} : { statusCode: 503, message: expect.any(String) });
  });

  it.each(
    shapesNamed({
      express: ['a value', 'a reply in a timer', 'a global interceptor that works on the value later', 'res.render()'],
      fastify: ['a value, on Fastify'],
    }),
  )('is answered by a filter that is provided as APP_FILTER: $name', async (shape) => {
    @Module({ providers: [{ provide: APP_FILTER, useValue: filter }] })
    class Filters {}
    const apps = new ShapeApps(manner);
    try {
      const reply = await visitInVain(apps, { ...shape, imports: [Filters] });
      expect(reply).toMatchObject({ status: 502, text: '{"form":"of the application"}' });
    } finally {
      await apps.close();
    }

    expect(filter.errors).toEqual([expect.any(SessionStoreError)]);
  });
});
