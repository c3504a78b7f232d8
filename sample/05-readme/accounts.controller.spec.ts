import { createTestSession } from 'nestjs-sessions/testing';
import { AccountsController } from './accounts.controller.js';

it('changes the id with a login and keeps the data', async () => {
  const session = createTestSession({ visits: 2 });
  const before = session.id;

  await new AccountsController().login(session, 'ann');

  expect(session.id).not.toBe(before);
  expect(session.data).toEqual({ visits: 2, userId: 'ann' });
});
