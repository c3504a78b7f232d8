import { Injectable } from '@nestjs/common';
import { PassportModule, PassportStrategy } from '@nestjs/passport';
import { Test } from '@nestjs/testing';
import { SessionsModule } from 'nestjs-sessions';
import { Strategy } from 'passport-local';
import { AccountsController } from './accounts.controller.js';
import { PassportLoginController } from './passport-login.controller.js';

@Injectable()
class LocalStrategy extends PassportStrategy(Strategy) {
  validate(username: string, password: string): { readonly name: string } | null {
    return password === 'right' ? { name: username } : null;
  }
}

it('logs in by passport, without a session of passport', async () => {
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot(), PassportModule],
    controllers: [PassportLoginController, AccountsController],
    providers: [LocalStrategy],
  }).compile();
  const app = module.createNestApplication();
  await app.listen(0);
  const url = await app.getUrl();
  const login = (password: string): Promise<Response> =>
    fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ username: 'ann', password }) });

  const refused = await login('wrong');
  const accepted = await login('right');
  const cookie = accepted.headers.getSetCookie().join().split(';', 1).join();

  expect([refused.status, refused.headers.getSetCookie(), accepted.status]).toEqual([401, [], 201]);
  expect(await (await fetch(`${url}/me`, { headers: { cookie } })).json()).toEqual({ userId: 'ann' });

  await app.close();
});
