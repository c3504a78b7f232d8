import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import express, { type Router } from 'express';
import expressSession from 'express-session';
import { Session, SessionsModule, type SessionsModuleOptions } from 'nestjs-sessions';
import { expressSession as bridge } from 'nestjs-sessions/express-session';
import { mountDashboard } from '../../sample/05-readme/dashboard.js';
import { Browser } from '../support/http/browser.js';

@Controller()
class VisitsController {
  @Get('visits') count(@Session() session: Session): number {
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }
}

/** As AdminJS is: a router with express-session in it. */
function newDashboard(): Router {
  const dashboard = express.Router();
  dashboard.use(expressSession({ secret: 'secret', name: 'dashboard', resave: false, saveUninitialized: false }));
  dashboard.get('/', ({ session }, response) => {
    const views = Number(Reflect.get(session, 'views') ?? 0) + 1;
    Reflect.set(session, 'views', views);
    response.json(views);
  });
  return dashboard;
}

describe('A dashboard that brings express-session, mounted by the recipe,', () => {
  let app: INestApplication;

  async function start(options: SessionsModuleOptions): Promise<Browser> {
    const module = await Test.createTestingModule({
      imports: [SessionsModule.forRoot(options)],
      controllers: [VisitsController],
    }).compile();
    app = module.createNestApplication();
    mountDashboard(app, newDashboard());
    await app.listen(0);
    return new Browser(await app.getUrl());
  }

  afterEach(() => app.close());

  it.each<[string, SessionsModuleOptions]>([
    ['without options', {}],
    ['with the dashboard left out', { exclude: ['dashboard', 'dashboard/{*path}'] }],
    ['with the bridge', { compatibility: bridge() }],
  ])('keeps both sessions of a visitor, and none knows of the other: %s', async (_, options) => {
    const visitor = await start(options);

    const counts: unknown[] = [];
    for (const path of ['/dashboard', '/visits', '/visits', '/dashboard', '/dashboard']) {
      counts.push((await visitor.get(path)).json());
    }

    expect(counts).toEqual([1, 1, 2, 2, 3]);
    expect([...visitor.cookies.keys()].sort()).toEqual(['dashboard', 'session_id']);
  });
});
