import express, { type Router } from 'express';
import expressSession from 'express-session';
import type { SessionsModuleOptions } from 'nestjs-sessions';
import { expressSession as bridge } from 'nestjs-sessions/express-session';
import { mountDashboard } from '../../sample/05-readme/dashboard.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

/** As AdminJS is: a router with express-session in it. */
function newDashboard(): Router {
  const dashboard = express.Router();
  dashboard.use(expressSession({ secret: 'secret', name: 'dashboard', resave: false, saveUninitialized: false }));
  dashboard.post('/', ({ session }, response) => {
    const views = Number(Reflect.get(session, 'views') ?? 0) + 1;
    Reflect.set(session, 'views', views);
    response.json(views);
  });
  return dashboard;
}

describe('A dashboard that brings express-session, mounted by the recipe,', () => {
  let app: TestApp;

  afterEach(() => app.close());

  it.each<[string, SessionsModuleOptions]>([
    ['without options', {}],
    ['with the dashboard left out', { exclude: ['dashboard', 'dashboard/{*path}'] }],
    ['with the bridge', { compatibility: bridge() }],
  ])('keeps both sessions of a visitor, and none knows of the other: %s', async (_, sessions) => {
    app = await TestApp.start({
      controllers: [VisitsController],
      sessions,
      configure: (nest) => mountDashboard(nest, newDashboard()),
    });
    const visitor = app.browser();

    const counts: unknown[] = [];
    for (const path of ['/dashboard', '/visits', '/visits', '/dashboard', '/dashboard']) {
      counts.push((await visitor.post(path)).json());
    }

    expect(counts).toEqual([1, 1, 2, 2, 3]);
    expect([...visitor.cookies.keys()].sort()).toEqual(['dashboard', 'session_id']);
  });
});
