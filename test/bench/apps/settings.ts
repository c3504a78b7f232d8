/** The same for every application. */
export const LIFE = 24 * 3_600_000;
export const SECRET = 'a secret of the benchmark';
export const COOKIE = 'session_id';
