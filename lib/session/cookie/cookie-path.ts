/** Browsers would cut a space at the end off. */
export const PATH = /^\/(?:[\x20-\x3a\x3c-\x7e]*[\x21-\x3a\x3c-\x7e])?$/;
/** RFC 6265bis: browsers cut longer ones off, or ignore them. */
export const MAX_ATTRIBUTE_OCTETS = 1_024;

/** Whether a request header names a path that may go into a cookie. */
export function isCookiePath(path: string): boolean {
  return PATH.test(path) && path.length <= MAX_ATTRIBUTE_OCTETS;
}
