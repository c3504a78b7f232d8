import type { Answers, Question } from './apps/questions.js';
import { appOf, type Contender } from './contenders.js';
import { MeasuredProcess } from './measured-process.js';
import type { Place, Places } from './places.js';

/** A contender that runs, with visitors who have been there before. */
export class Subject {
  private constructor(
    readonly contender: Contender,
    readonly port: number,
    /** Of the visitors, as `Cookie` headers. */
    readonly cookies: readonly string[],
    private readonly process: MeasuredProcess,
    private readonly place: Place,
  ) {}

  static async start(contender: Contender, places: Places, visitors: number): Promise<Subject> {
    const place = await places.open(contender.backend);
    const env = { STORE: contender.store, PLACE: place.address, PLATFORM: contender.platform };
    const [process, port] = await MeasuredProcess.start<number>(appOf(contender), env);
    const cookies: string[] = [];
    while (cookies.length < visitors) cookies.push(await firstVisit(contender, port));
    return new Subject(contender, port, cookies, process, place);
  }

  ask<Asked extends Question>(question: Asked): Promise<Answers[Asked['ask']]> {
    return this.process.ask(question);
  }

  trips(): Promise<number | undefined> {
    return this.place.trips();
  }

  async end(): Promise<void> {
    await this.process.end();
    await this.place.dispose();
  }
}

async function firstVisit({ kind }: Contender, port: number): Promise<string> {
  // Whoever has no sessions gets a cookie all the same, so that all read the same headers.
  if (kind === 'floor') return `session_id=s%3A${'x'.repeat(43)}.${'y'.repeat(43)}`;
  const reply = await fetch(`http://127.0.0.1:${port}/first-visit`);
  const [cookie] = reply.headers.getSetCookie();
  if (reply.status !== 200 || cookie === undefined) {
    throw new Error(`The first visit was answered with ${reply.status}: ${await reply.text()}`);
  }
  return cookie.split(';', 1)[0] ?? '';
}
