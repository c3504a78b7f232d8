import { Controller, type INestApplication } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import type { AddressInfo, Server } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { Session, Sessions } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';

@Controller()
class Messages {
  constructor(private readonly sessions: Sessions) {}

  @MessagePattern('takes') takes(@Session() session: Session): unknown {
    return session.data;
  }

  @MessagePattern('takes-key') takesKey(@Session('visits') visits: number): number {
    return visits;
  }

  @MessagePattern('opens') opens(cookie: string): Promise<number> {
    return this.sessions.open(cookie, (session) => {
      session.set('visits', session.get('visits') + 1);
      return session.get('visits') as number;
    });
  }
}

describe('A handler of messages', () => {
  let app: TestApp;
  let client: ClientProxy;

  beforeEach(async () => {
    app = await startNotes({ controllers: [Messages] });
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { port: await listen(app.nest) } });
  });
  afterEach(() => client.close());

  /** Listens for messages beside HTTP, on a free port. */
  async function listen(nest: INestApplication): Promise<number> {
    const microservice = nest.connectMicroservice(
      { transport: Transport.TCP, options: { port: 0, host: '127.0.0.1' } },
      { inheritAppConfig: true },
    );
    await nest.startAllMicroservices();
    return (microservice.unwrap<Server>().address() as AddressInfo).port;
  }

  async function send(pattern: string, data: unknown = ''): Promise<unknown> {
    return firstValueFrom(client.send<unknown>(pattern, data));
  }

  it.each(['takes', 'takes-key'])('cannot take a session, and the error names Sessions.open(): %s', async (pattern) => {
    await expect(send(pattern)).rejects.toMatchObject({ status: 'error', message: 'Internal server error' });
    expect(
      app.logs.matching(/SessionsUnsupportedError: @Session\(\) works in HTTP handlers.*Sessions\.open\(cookieHeader/),
    ).toHaveLength(1);
  });

  it('cannot take one from what is sent either', async () => {
    await expect(send('takes', { session: {} })).rejects.toMatchObject({ status: 'error' });
    expect(app.logs.matching(/SessionsUnsupportedError: @Session\(\) works in HTTP handlers/)).toHaveLength(1);
  });

  it('opens it by the Cookie header, and shares it with the requests of the visitor', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });

    expect(await send('opens', visitor.cookieHeader)).toBe(2);
    expect((await visitor.get('/notes')).json()).toEqual({ visits: 2 });
  });
});
