import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';

/** How this process last set a cookie, for show: scripts in the page cannot see it, since it is HttpOnly. */
@Injectable()
export class LastSetCookie {
  #text: string | null = null;

  /** The attributes, without the value; `null` when none was set yet. */
  get text(): string | null {
    return this.#text;
  }

  watch(response: ServerResponse): void {
    response.once('finish', () => {
      const [cookie] = [response.getHeader('Set-Cookie') ?? []].flat().map(String);
      this.#text = cookie?.replace(/=[^;]*/, '=(hidden)') ?? this.#text;
    });
  }
}
