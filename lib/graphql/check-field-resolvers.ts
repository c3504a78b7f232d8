import type { ModulesContainer } from '@nestjs/core';
import { SessionsConfigError } from '../errors/index.js';
import { LOCK_SESSION, REQUIRE_SESSION } from '../sessions.constants.js';
import { GRAPHQL_OPTIONS, handlersOf, isFieldResolver, isRootField } from './resolvers.js';

/** What we read of the options of a GraphQL module. */
interface GraphqlOptions {
  readonly fieldResolverEnhancers?: readonly string[];
  /** The modules whose resolvers it serves; all, when it is empty. */
  readonly include?: readonly unknown[];
}

const DECORATORS = [
  ['@RequireSession()', REQUIRE_SESSION],
  ['@LockSession()', LOCK_SESSION],
] as const;

/**
 * Nest runs no guard before a field resolver unless it is told to: a decorator there would silently protect nothing.
 *
 * @throws SessionsConfigError that names the method.
 */
export function checkFieldResolvers(modules: ModulesContainer): void {
  const schemas = schemasOf(modules).filter(
    ({ fieldResolverEnhancers = [] }) => !fieldResolverEnhancers.includes('guards'),
  );
  for (const module of modules.values()) {
    if (!schemas.some(({ include = [] }) => include.length === 0 || include.includes(module.metatype))) {
      continue;
    }
    for (const { metatype } of module.providers.values()) {
      const found = typeof metatype === 'function' ? unguarded(metatype) : undefined;
      if (found !== undefined) {
        throw new SessionsConfigError(
          `${found} is on a field resolver, before which Nest runs no guard, so it would have no effect. Write ` +
            "fieldResolverEnhancers: ['guards'] in the options of GraphQLModule, or put it on the query or mutation",
        );
      }
    }
  }
}

function schemasOf(modules: ModulesContainer): GraphqlOptions[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const options: unknown = providers.get(GRAPHQL_OPTIONS)?.instance;
    return typeof options === 'object' && options !== null ? [options] : [];
  });
}

/** A decorator on a class that also has root fields locks for those; but to require a session promises it for every field. */
function unguarded(resolver: { readonly name: string; readonly prototype?: unknown }): string | undefined {
  const methods = handlersOf(resolver);
  const fields = methods.filter(([, handler]) => isFieldResolver(handler));
  const hasRootFields = methods.some(([, handler]) => isRootField(handler));
  for (const [decorator, key] of DECORATORS) {
    const onMethod = fields.find(([, handler]) => Reflect.hasMetadata(key, handler));
    if (onMethod !== undefined) {
      return `${decorator} of ${resolver.name}.${onMethod[0]}()`;
    }
    const isMet = key === LOCK_SESSION && hasRootFields;
    if (fields.length > 0 && !isMet && Reflect.hasMetadata(key, resolver)) {
      return `${decorator} of ${resolver.name}`;
    }
  }
  return undefined;
}
