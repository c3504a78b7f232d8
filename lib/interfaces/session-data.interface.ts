/**
 * What a session holds. The application augments it, so that keys and values are checked:
 *
 * ```ts
 * declare module 'nestjs-sessions' {
 *   interface SessionData { visits: number; userId?: string }
 * }
 * ```
 *
 * Un-augmented, keys are any string and values `any`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty on purpose: it is there to be augmented
export interface SessionData {}

/** The keys of `T`; any string while `T` declares none. */
export type SessionKey<T extends object> = [keyof T] extends [never] ? string : keyof T & string;

/** The value under `K`; `any` while `T` declares no keys. */
export type SessionValue<T extends object, K extends string> = [keyof T] extends [never]
  ? // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the documented type: nobody has said what it holds
    any
  : K extends keyof T
    ? T[K]
    : never;

/** All of the data as one plain object. A first visit has none of them, so each key may be missing. */
export type SessionContents<T extends object> = [keyof T] extends [never]
  ? Record<string, SessionValue<T, string>>
  : Partial<T>;
