import { Test } from '@nestjs/testing';
import { minutes, SessionsModule } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import { AccountsController } from './accounts.controller.js';

it('logs out who was away for an hour', async () => {
  const clock = new ManualClock();
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ clock, timeout: minutes(60) })],
    controllers: [AccountsController],
  }).compile();
  const app = module.createNestApplication();
  await app.listen(0);
  const url = await app.getUrl();

  const login = await fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ userId: 'ann' }) });
  const cookie = login.headers.getSetCookie().join().split(';', 1).join();
  const me = async (): Promise<number> => (await fetch(`${url}/me`, { headers: { cookie } })).status;

  expect(await me()).toBe(200);
  clock.advance(minutes(60));
  expect(await me()).toBe(401);

  await app.close();
});
