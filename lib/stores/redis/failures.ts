import { codeOf, messageOf } from '../shared/store-failure.js';

/** An error of the server begins with its code: `OOM command not allowed`. Those of clients and of the network do not. */
const CODE = /^-?([A-Z]{2,})(?: |$)/;

/** What a server says that others have filled, that is starting, failing over, or not yet asked by its new name: it heals. */
const HEALING = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'UNKILLABLE',
]);

/** The code of an error that the server answered; `undefined` when no answer came, and what the command did is unknown. */
export function replyCodeOf(error: unknown): string | undefined {
  return CODE.exec(messageOf(error))?.[1];
}

/** Whether the same command may succeed later, without a change of the configuration. */
export function heals(error: unknown): boolean {
  const code = replyCodeOf(error);
  return code === undefined || HEALING.has(code);
}

/** Whether the server says that the user of the client may not do this; from inside of a script it has no code of its own. */
export function isForbidden(error: unknown): boolean {
  return replyCodeOf(error) === 'NOPERM' || /^ERR (The user executing the script|ACL failure)/.test(messageOf(error));
}

/** What went wrong, in a few words that name no key, no host and no value. */
export function reasonOf(error: unknown): string {
  const code = replyCodeOf(error);
  const text = messageOf(error);
  switch (code) {
    case undefined:
      // The message of an error of Node has the host, and so has the answer that ioredis repeats.
      // That of a time limit of node-redis is empty.
      return codeOf(error) ?? (text.replace(/ Last error: .*/s, '') || 'the client gave up');
    case 'ERR':
    case 'NOPERM':
    case 'NOAUTH':
      // Redis repeats the arguments of a command that it does not know, and names scripts by their hash.
      return text.replace(/,? (with args beginning with|script:).*/s, '').slice(0, 120);
    default:
      return code;
  }
}
