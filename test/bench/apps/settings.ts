/** The same for every application. */
export const LIFE = 24 * 3_600_000;
/** `@fastify/session` wants 32 characters. */
export const SECRET = 'a secret of the benchmark, which all share';
export const COOKIE = 'session_id';
