import type { CanActivate, NestInterceptor } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { messageGuard } from '../guards/message.guard.js';
import { handlersOf, isRootField, isSubscription } from '../graphql/resolvers.js';
import { GUARDS, INTERCEPTORS } from '../nest.constants.js';
import { isGateway } from '../sockets/gateways.js';
import { messageInterceptor } from './message.interceptor.js';
import { rootFieldInterceptor } from './root-field.interceptor.js';
import { socketFieldInterceptor } from './socket-field.interceptor.js';

/** Mounts what gateways and resolvers need, by their metadata. Gateways are bound before any hook of a module runs. */
export function mountTransports(modules: ModulesContainer): void {
  for (const module of modules.values()) {
    for (const { metatype } of module.providers.values()) {
      if (typeof metatype !== 'function') {
        continue;
      }
      if (isGateway(metatype)) {
        mountFirst(metatype, GUARDS, messageGuard);
        mountFirst(metatype, INTERCEPTORS, messageInterceptor);
      }
      const handlers = handlersOf(metatype).map(([, handler]) => handler);
      if (handlers.some(isRootField)) {
        mountFirst(metatype, INTERCEPTORS, rootFieldInterceptor);
      }
      if (handlers.some((handler) => isRootField(handler) || isSubscription(handler))) {
        mountFirst(metatype, INTERCEPTORS, socketFieldInterceptor);
      }
    }
  }
}

/**
 * Before the other guards of class and method, and outside of their interceptors: what those do with the result still belongs to
 * the handler.
 */
function mountFirst(metatype: object, key: string, enhancer: CanActivate | NestInterceptor): void {
  const others = (Reflect.getMetadata(key, metatype) ?? []) as readonly unknown[];
  if (!others.includes(enhancer)) {
    Reflect.defineMetadata(key, [enhancer, ...others], metatype);
  }
}
