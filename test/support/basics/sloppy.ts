type Sloppy = (session: object) => unknown;

/** Code in sloppy mode, such as that of an old CommonJS module, where a failed assignment is silent. */
export function sloppy(code: string): Sloppy {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- there is no other way to sloppy code in a module
  return new Function('session', code) as Sloppy;
}

/** The same in strict mode. */
export function strict(code: string): Sloppy {
  return sloppy(`'use strict'; ${code}`);
}

/** What the code throws, as text: `TypeError: ...`. */
export function thrownBy(code: Sloppy, session: object): string {
  try {
    code(session);
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}
