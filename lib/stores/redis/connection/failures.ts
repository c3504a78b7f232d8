import { explainedCodeOf, messageOf } from '../../shared/store-failure.js';

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

/** By the code of an answer: what an operator can do something about. */
const WORDS: Readonly<Record<string, string>> = {
  BUSY: 'it is busy with a script of somebody else',
  CLUSTERDOWN: 'the Cluster has no node for some of its slots',
  LOADING: 'it is loading its data',
  MASTERDOWN: 'it is a replica that has lost its master',
  MISCONF: 'it cannot write to its disk, and takes no writes',
  NOAUTH: 'it wants a password, and the client has none',
  NOPERM: 'the user of the client may not do what the store needs',
  NOREPLICAS: 'fewer replicas are connected than min-replicas-to-write demands',
  OOM: 'it is out of memory (maxmemory)',
  READONLY: 'it is read-only: a replica',
  WRONGPASS: 'it refuses the user or the password of the client',
};

/** Whether there are words for what an operator can do something about. */
export function isExplained(code: string): boolean {
  return Object.hasOwn(WORDS, code);
}

/** What went wrong, in a few words that name no key, no host and no value. */
export function reasonOf(error: unknown): string {
  const code = isForbidden(error) ? 'NOPERM' : replyCodeOf(error);
  if (code === undefined) {
    // The message of an error of Node has the host, and so has the answer that ioredis repeats.
    // That of a time limit of node-redis is empty.
    return explainedCodeOf(error) ?? (messageOf(error).replace(/ Last error: .*/s, '') || 'the client gave up');
  }
  const words = WORDS[code];
  const answer = code === 'ERR' || code === 'NOPERM' ? shortened(messageOf(error)) : code;
  return words === undefined ? answer : `${words} (${answer})`;
}

/** Redis repeats the arguments of a command that it does not know, names scripts by their hash, and keys that are forbidden. */
function shortened(text: string): string {
  return text.replace(/,? (with args beginning with|script:|the '.*' key).*/s, '').slice(0, 120);
}
