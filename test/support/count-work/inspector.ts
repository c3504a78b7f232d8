import { Session } from 'node:inspector';

/** The inspector of this very process, which answers at once. */
export class OwnInspector {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
  }

  post(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) {
        throw error;
      }
      answer = result;
    });
    return answer;
  }
}
