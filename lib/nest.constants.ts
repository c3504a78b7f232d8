/*
 * Where Nest keeps what its decorators say. Nest 12 exports these names from an entry for its own packages alone, Nest 11 from
 * nowhere: they are written here, and a test compares them with those of the Nest that is installed.
 */

/** On a controller's class, by method: the parameters of a handler. */
export const ROUTE_ARGUMENTS = '__routeArguments__';

/** What a key of those begins with, when the parameter is the one of Nest's own `@Session()`. */
export const NEST_SESSION_PARAMETER = '7:';

/** On a handler of `@Sse()`. */
export const SSE = '__sse__';

/** On a module's class: what it imports. */
export const IMPORTS = 'imports';

/** On the class of an exception filter: what it catches. */
export const CAUGHT = '__filterCatchExceptions__';

/** On a class: its interceptors. */
export const INTERCEPTORS = '__interceptors__';

/** On a class: its guards. */
export const GUARDS = '__guards__';
