import { MetadataScanner } from '@nestjs/core';

/*
 * Where @nestjs/graphql keeps what its decorators say. Written here, because the package is an optional peer that nothing here
 * imports: a test compares the names with its own.
 */

/** On a method: `Query`, `Mutation` or `Subscription`. */
export const RESOLVER_TYPE = 'graphql:resolver_type';

/** On a method of `@ResolveField()`. */
export const FIELD_RESOLVER = 'graphql:resolve_property';

/** On a method of `@ResolveReference()`. */
export const REFERENCE_RESOLVER = 'graphql:resolve_reference';

/** The token of the options of a GraphQL module. */
export const GRAPHQL_OPTIONS = 'GqlModuleOptions';

/** A field of `Query` or `Mutation`: guards and interceptors always run before it. */
export function isRootField(handler: object): boolean {
  const type: unknown = Reflect.getMetadata(RESOLVER_TYPE, handler);
  return type === 'Query' || type === 'Mutation';
}

/** A field of `Subscription`, which a socket asks for. */
export function isSubscription(handler: object): boolean {
  return Reflect.getMetadata(RESOLVER_TYPE, handler) === 'Subscription';
}

/** Resolves fields of other types: guards and interceptors run before it only with `fieldResolverEnhancers`. */
export function isFieldResolver(handler: object): boolean {
  return Boolean(
    Reflect.getMetadata(FIELD_RESOLVER, handler) ?? Reflect.getMetadata(REFERENCE_RESOLVER, handler) ?? false,
  );
}

/** The methods of a class, with their names. */
export function handlersOf({ prototype }: { readonly prototype?: unknown }): [name: string, handler: object][] {
  if (typeof prototype !== 'object' || prototype === null) {
    return [];
  }
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name): [string, object][] => {
    const handler: unknown = Reflect.get(prototype, name);
    return typeof handler === 'function' ? [[name, handler]] : [];
  });
}
