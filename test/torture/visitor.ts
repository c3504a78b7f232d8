import type { ClientTools } from './clients.js';
import type { Exchange } from './wire.js';

const ROTATIONS = 2;
const LONGEST_NOTE = 60;

/** Comes, logs in, changes its id, logs out, and comes again as somebody else; with a slow request under way each time. */
export async function visitAgainAndAgain(visitor: number, tools: ClientTools): Promise<void> {
  for (let n = 1; !tools.isOver(); n += 1) await new Visit(`${visitor}.${n}`, tools).run();
}

class Visit {
  readonly #losses: number;
  #id: string | undefined;
  #notes = 0;

  constructor(
    private readonly login: string,
    private readonly tools: ClientTools,
  ) {
    this.#losses = tools.history.losses;
  }

  /** It ends early where an answer did not come: from then on nobody knows who this is. */
  async run(): Promise<void> {
    const start = await this.#send('POST', '/start');
    if (!this.#follow(start)) return;
    if (!(await this.#rotate(`/login?as=${this.login}`))) return;
    for (let n = 0; n < ROTATIONS; n += 1) {
      if (!(await this.#rotate('/rotations'))) return;
    }
    await this.#logout();
  }

  /** The id before is valid no more, whatever a request in flight does; the new one is. */
  async #rotate(path: string): Promise<boolean> {
    const { history } = this.tools;
    const from = this.#id ?? '';
    const note = this.#note();
    const exchange = await this.#send('POST', path);
    if (this.#follow(exchange)) {
      history.rotations.push({ from, login: this.login, acknowledged: exchange.ended });
      await this.#look(from);
      await note;
      await this.#look(from);
      await this.#look(this.#id, this.login);
      return true;
    }
    await note;
    return false;
  }

  async #logout(): Promise<void> {
    const note = this.#note();
    const { fate, ended } = await this.#send('POST', '/logout');
    if (fate === 'acknowledged') {
      this.tools.history.logouts.push({ login: this.login, acknowledged: ended });
      await this.#look(this.#id);
      await note;
      await this.#look(this.#id);
    }
    await note;
  }

  /** Without the lock: it may have read the session before the id changes, and writes it after that. */
  #note(): Promise<Exchange> {
    const { random } = this.tools;
    this.#notes += 1;
    return this.#send('POST', `/keys/note?value=${this.#notes}&pause=${Math.floor(random() * LONGEST_NOTE)}`);
  }

  async #look(id: string | undefined, login?: string): Promise<void> {
    const { wire, history, random } = this.tools;
    const { sent, answer } = await wire.send('GET', '/login', random, { id });
    if (id === undefined || answer?.status !== 200) return;
    const expected = history.losses === this.#losses ? login : undefined;
    history.looks.push({ id, sent, found: answer.text === '' ? undefined : answer.text, expected });
  }

  #send(method: 'GET' | 'POST', path: string): Promise<Exchange> {
    const { wire, random } = this.tools;
    return wire.send(method, path, random, { id: this.#id });
  }

  /** Takes the new cookie, as a browser does. */
  #follow({ fate, answer }: Exchange): boolean {
    if (fate !== 'acknowledged' || answer?.id === undefined) return false;
    this.#id = answer.id;
    this.tools.history.ids.add(answer.id);
    return true;
  }
}
