/** `true` where the two are the same type, `any` being the same as nothing but itself. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless its parameter is `true`. */
export function isTrue<T extends true>(): T | undefined {
  return undefined;
}
