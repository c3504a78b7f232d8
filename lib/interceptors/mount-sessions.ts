import { UseGuards, UseInterceptors, type Type } from '@nestjs/common';
import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { sseSessionGuard } from '../guards/sse-session.guard.js';
import { NEST_SESSION_PARAMETER, ROUTE_ARGUMENTS, SSE } from '../nest.constants.js';
import { refuseAnotherCopy } from '../options/module-setup.js';
import { isOfAnotherCopy, sessionOf } from '../transports/exchange-of.js';
import { sessionInterceptor } from './session.interceptor.js';

const MOUNTED = 'nestjs-sessions: mounted';

/**
 * Mounts the session on every handler that takes it, and on no other: a global interceptor costs each route of the application
 * a quarter of its time. The metadata of the routes are searched, since a decorator that mounts it by itself loses it as soon
 * as another decorator wraps the method.
 *
 * @throws SessionsConfigError for the decorator of another copy of the package.
 */
export function mountSessions(modules: ModulesContainer): void {
  const scanner = new MetadataScanner();
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype === 'function') {
        mountOn(metatype as Type, scanner);
      }
    }
  }
}

function mountOn(controller: Type, scanner: MetadataScanner): void {
  const prototype = controller.prototype as Record<string, unknown>;
  for (const method of scanner.getAllMethodNames(prototype)) {
    const handler = prototype[method];
    if (typeof handler === 'function' && takesSession(controller, method) && !Reflect.hasMetadata(MOUNTED, handler)) {
      const mount = Reflect.hasMetadata(SSE, handler)
        ? UseGuards(sseSessionGuard)
        : UseInterceptors(sessionInterceptor);
      mount(prototype, method, { value: handler });
      Reflect.defineMetadata(MOUNTED, true, handler);
    }
  }
}

/** Ours or Nest's own `@Session()`. */
function takesSession(controller: Type, method: string): boolean {
  const parameters = (Reflect.getMetadata(ROUTE_ARGUMENTS, controller, method) ?? {}) as Record<
    string,
    { factory?: unknown }
  >;
  if (Object.values(parameters).some(({ factory }) => isOfAnotherCopy(factory))) {
    refuseAnotherCopy(`@Session() in ${controller.name}.${method}()`);
  }
  return Object.entries(parameters).some(
    ([key, { factory }]) => key.startsWith(NEST_SESSION_PARAMETER) || factory === sessionOf,
  );
}
