import type { SessionStore } from '../session-store.js';

/** The argument of a method of the contract. */
export type Args<Method extends keyof SessionStore> = Parameters<SessionStore[Method]>[0];

/** What a method of the contract answers. */
export type Answer<Method extends keyof SessionStore> = Awaited<ReturnType<SessionStore[Method]>>;
