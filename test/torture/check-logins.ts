import type { History, Look } from './history.js';
import type { Violation } from './violation.js';

type Facts = Pick<History, 'looks' | 'rotations' | 'logouts'>;

/**
 * What clients saw, and which logins the store holds at the end (one entry for each record): nobody is logged in after an
 * acknowledged logout, nor by an id that was given up, and nobody is logged out otherwise.
 */
export function checkLogins({ looks, rotations, logouts }: Facts, stored: readonly string[]): Violation[] {
  const loggedOut = new Map(logouts.map(({ login, acknowledged }) => [login, acknowledged]));
  const givenUp = new Map(rotations.map((rotation) => [rotation.from, rotation.acknowledged]));
  return [...looks.flatMap((look) => checkLook(look, loggedOut, givenUp)), ...checkStored(stored, loggedOut)];
}

function checkLook(
  { id, sent, found, expected }: Look,
  loggedOut: ReadonlyMap<string, number>,
  givenUp: ReadonlyMap<string, number>,
): Violation[] {
  if (expected !== undefined && found !== expected) {
    return [
      {
        kind: 'a lost login',
        evidence: `${expected} was logged in, and is ${found ?? 'nobody'} at ${sent.toFixed(1)} ms`,
      },
    ];
  }
  if (found === undefined) return [];
  const logout = loggedOut.get(found);
  if (logout !== undefined && logout < sent) {
    return [
      {
        kind: 'a session revived',
        evidence: `${found} was logged out at ${logout.toFixed(1)} ms, and is back at ${sent.toFixed(1)} ms`,
      },
    ];
  }
  const rotation = givenUp.get(id);
  if (rotation !== undefined && rotation < sent) {
    return [
      {
        kind: 'two valid ids for one login',
        evidence: `${found} got another id at ${rotation.toFixed(1)} ms, and the one before is valid at ${sent.toFixed(1)} ms`,
      },
    ];
  }
  return [];
}

function checkStored(stored: readonly string[], loggedOut: ReadonlyMap<string, number>): Violation[] {
  const violations: Violation[] = [];
  const seen = new Set<string>();
  for (const login of stored) {
    if (loggedOut.has(login))
      violations.push({ kind: 'a session revived', evidence: `${login} was logged out, and is stored` });
    if (seen.has(login)) violations.push({ kind: 'two valid ids for one login', evidence: `${login} is stored twice` });
    seen.add(login);
  }
  return violations;
}
