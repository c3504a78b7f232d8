import type { LockHolder } from '../../interfaces/session-record.interface.js';
import { FIELDS } from './layout.js';

const SEPARATOR = '\t';
/** Host and process id. */
const LONGEST_PROCESS = 48;
const AS_IT_IS = /^[\x20-\x24\x26-\x7e]*$/;

/** The holder of a lock in the width of its field. Its only use is an error message: what does not fit is cut. */
export function encodeHolder({ route, process, since }: LockHolder): string {
  const text = [Math.trunc(since), fitted(process, LONGEST_PROCESS), ''].join(SEPARATOR);
  return (text + fitted(route, FIELDS.holder.length - text.length)).padEnd(FIELDS.holder.length);
}

export function decodeHolder(text: string): LockHolder {
  const [since = '', process = '', route = ''] = text.trimEnd().split(SEPARATOR);
  return { route: decodeURIComponent(route), process: decodeURIComponent(process), since: Number(since) };
}

/** As many characters as have room. The header is ASCII, where each character is one byte: others are encoded as in a URL. */
function fitted(text: string, room: number): string {
  if (AS_IT_IS.test(text)) {
    return text.slice(0, room);
  }
  let encoded = '';
  for (const character of text) {
    const next = AS_IT_IS.test(character) ? character : encodeURIComponent(character.replace(/\p{Cs}/u, '?'));
    if (encoded.length + next.length > room) {
      break;
    }
    encoded += next;
  }
  return encoded;
}
