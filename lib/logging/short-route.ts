/** Characters of a route, or of the name of a process, that are kept and logged. */
export const LONGEST_ROUTE = 64;

/** Clients choose their URLs: a long one must not fill the store and the log, and a query may hold a secret. */
export function shortRoute(route: string): string {
  const query = route.indexOf('?');
  return route.slice(0, query < 0 ? LONGEST_ROUTE : Math.min(query, LONGEST_ROUTE));
}
