import { Controller, Get, Header, Res } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Pages {
  @Get('value')
  @Header('Set-Cookie', 'theme=dark')
  value(@Session() session: Session): string {
    session.set('found', true);
    return 'value';
  }

  @Get('cookies') cookies(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): void {
    session.set('found', true);
    nodeResponse(reply).setHeader('Set-Cookie', ['theme=dark', 'language=de']);
  }

  @Get('write-head') writeHead(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', true);
    nodeResponse(reply)
      .writeHead(200, { 'Set-Cookie': ['theme=dark', 'language=de'] })
      .end();
  }

  @Get('write-head-array') writeHeadArray(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', true);
    nodeResponse(reply).writeHead(200, ['Set-Cookie', 'theme=dark', 'Set-Cookie', 'language=de']).end();
  }

  @Get('write-head-one') writeHeadOne(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', true);
    nodeResponse(reply)
      .setHeader('Set-Cookie', 'language=de')
      .writeHead(200, { 'set-cookie': 'theme=dark', vary: 'Accept' })
      .end();
  }

  @Get('writes') writes(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', true);
    response.setHeader('Set-Cookie', 'theme=dark').write('first');
    response.end('last');
  }

  @Get('logout') async logout(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): Promise<void> {
    reply.header('Set-Cookie', 'theme=dark');
    await session.destroy();
  }
}

const nameOf = (line: string): string => line.split('=', 1)[0] ?? '';

describe.each(PLATFORMS)('Cookies that the application sets are kept beside that of the session, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ platform, controllers: [Pages] });
  });
  afterAll(() => app.close());

  it.each([
    ['/value', ['theme', 'session_id']],
    ['/cookies', ['theme', 'language', 'session_id']],
    ['/write-head', ['theme', 'language', 'session_id']],
    ['/write-head-array', ['theme', 'language', 'session_id']],
    // Node's own writeHead() replaces what was set before.
    ['/write-head-one', ['theme', 'session_id']],
    ['/writes', ['theme', 'session_id']],
  ])('when a session begins: %s', async (path, names) => {
    const { setCookies } = await app.browser().get(path);

    expect(setCookies.map(nameOf)).toEqual(names);
  });

  it('when a session ends', async () => {
    const visitor = app.browser();
    await visitor.get('/value');

    const { setCookies } = await visitor.get('/logout');

    expect(setCookies.map(nameOf)).toEqual(['theme', 'session_id']);
    expect([...visitor.cookies.keys()]).toEqual(['theme']);
  });
});
