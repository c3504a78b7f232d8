import { Controller, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

const lock = { maxHold: 300, lease: 300, wait: 20_000 };

let gate = new Gate();

@Controller()
class EndlessController {
  @Post('endless') async endless(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('colour', 'blue');
  }

  @Post('quick') quick(@Session() session: Session): void {
    session.set('colour', 'green');
  }
}

describe('A handler that never ends', () => {
  it('has its lock until lock.maxHold; then others go on, and what it writes in the end is refused', async () => {
    gate = new Gate();
    const app = await startNotes({
      controllers: [EndlessController],
      sessions: { store: distantMemory(), lock },
    });
    const browser = app.browser();
    await browser.post('/notes', { colour: 'red' });
    const endless = browser.post('/endless');
    await gate.reached;

    expect((await browser.post('/quick')).status).toBe(201);
    expect(
      app.logs.matching(/POST \/endless has held the lock of session [\w-]{8} for longer than lock.maxHold/),
    ).toHaveLength(1);
    gate.open();
    expect(await endless).toMatchObject({ status: 409, setCookies: [] });
    expect((await browser.get('/notes')).json()).toEqual({ colour: 'green' });
  });
});
