import { Body, Controller, Get, Header, Post, Redirect } from '@nestjs/common';
import { RequireSession, Session } from 'nestjs-sessions';
import { TestApp, type TestAppOptions } from './test-app.js';

interface Visitor {
  readonly user: string;
  readonly notes: number;
}

/** An application without scripts: pages, links, and forms that are answered with a redirect. */
@Controller()
export class PagesController {
  @Get()
  @Header('Content-Type', 'text/html')
  front(): string {
    return `<title>Front</title><h1>Welcome</h1>
      <form method="post" action="/login"><input name="user" value="ann"><button>Log in</button></form>
      <a href="/account">Account</a>`;
  }

  @Get('account')
  @Header('Content-Type', 'text/html')
  account(@Session() session: Session<Visitor>): string {
    return `<title>Account</title><h1>Hello ${session.get('user') ?? 'stranger'}</h1>
      <p>${session.get('notes') ?? 0} notes</p>
      <form method="post" action="/notes"><button>Add a note</button></form>
      <form method="post" action="/logout"><button>Log out</button></form>
      <a href="/">Front</a>`;
  }

  @Post('login')
  @Redirect('/account', 303)
  async login(@Session() session: Session<Visitor>, @Body('user') user: string): Promise<void> {
    await session.regenerate();
    session.set('user', user);
  }

  @Post('notes')
  @RequireSession('user')
  @Redirect('/account', 303)
  addNote(@Session() session: Session<Visitor>): void {
    session.set('notes', (session.get('notes') ?? 0) + 1);
  }

  @Post('logout')
  @Redirect('/', 303)
  async logout(@Session() session: Session<Visitor>): Promise<void> {
    await session.destroy();
  }
}

const apps: TestApp[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** An application with `PagesController` that ends with the test. */
export async function startPages({ controllers = [], ...options }: TestAppOptions = {}): Promise<TestApp> {
  const app = await TestApp.start({
    forceCloseConnections: true,
    controllers: [PagesController, ...controllers],
    ...options,
  });
  apps.push(app);
  return app;
}
