import type { HttpSession } from '../http/http-session.js';

/** The data behind one facade: those of the session, until the facade is replaced by another. */
export class FacadeData {
  #kept: Record<string, unknown> | undefined;

  constructor(private readonly http: HttpSession) {}

  all(): Record<string, unknown> {
    return this.#kept ?? this.http.session.data;
  }

  set(key: string, value: unknown): void {
    if (this.#kept === undefined) {
      this.http.session.set(key, value);
    } else {
      this.#kept[key] = value;
      this.#noteLoss();
    }
  }

  delete(key: string): void {
    if (this.#kept === undefined) {
      this.http.session.delete(key);
    } else {
      Reflect.deleteProperty(this.#kept, key);
      this.#noteLoss();
    }
  }

  /** `regenerate()` or `reload()` has put another object into the place of this one: it keeps what it had. */
  retire(kept: Record<string, unknown>): void {
    this.#kept = kept;
  }

  #noteLoss(): void {
    this.http.sessions.settings.engine.log.dropped(
      this.http.route,
      'changed a session object that regenerate() or reload() had replaced: take request.session again after them',
    );
  }
}
