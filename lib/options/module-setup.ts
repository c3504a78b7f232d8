import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { SessionsConfigError } from '../errors/index.js';
import { IMPORTS } from '../nest.constants.js';
import type { SessionsModuleOptions } from './sessions-module-options.js';
import { checkKeys, display, isObject, MODULE } from './validate.js';

const ONCE = 'Import SessionsModule.forRoot() once, in the root module. It is global: other modules import nothing.';

const COPIES = 'from two copies of the package nestjs-sessions (npm ls nestjs-sessions shows where they are)';

const ASYNC_KEYS = [
  'imports',
  'inject',
  'useFactory',
  'useClass',
  'useExisting',
  'provideInjectionTokensFrom',
  'isGlobal',
];

/** Marks the class of the module. In the registry of the process, so that another copy of the package is found as well. */
export const SESSIONS_MODULE = Symbol.for('nestjs-sessions: module');

/** The value of that mark: each copy of the package has its own. */
export const THIS_COPY = Symbol('nestjs-sessions: this copy');

/** @throws SessionsConfigError when the argument of `forRoot()` is no object of options. */
export function checkForRoot(options: unknown): void {
  const what = `${MODULE}.forRoot()`;
  if (!isObject(options)) {
    throw new SessionsConfigError(`${what} must get an object of options, or nothing; it got ${display(options)}`);
  }
  if (typeof Reflect.get(options, 'then') === 'function') {
    throw new SessionsConfigError(
      `${what} got a promise. Write ${MODULE}.forRootAsync({ useFactory: async () => ... })`,
    );
  }
  checkIsGlobal(options);
}

/** @throws SessionsConfigError when the argument of `forRootAsync()` does not say where the options come from. */
export function checkForRootAsync(options: unknown): void {
  const what = `${MODULE}.forRootAsync()`;
  checkKeys(what, options, ASYNC_KEYS);
  if (!isObject(options) || !['useFactory', 'useClass', 'useExisting'].some((key) => Object.hasOwn(options, key))) {
    throw new SessionsConfigError(`${what} needs useFactory, useClass or useExisting, which return the options`);
  }
  checkIsGlobal(options);
}

/** @throws SessionsConfigError when the factory of `forRootAsync()` has returned no options. */
export function checkReturnedOptions(options: SessionsModuleOptions): SessionsModuleOptions {
  if (!isObject(options)) {
    throw new SessionsConfigError(
      `The factory of ${MODULE}.forRootAsync() must return an object of options; it returned ${display(options)}`,
    );
  }
  if (Object.hasOwn(options, 'isGlobal')) {
    throw new SessionsConfigError(
      `isGlobal must stand beside useFactory in ${MODULE}.forRootAsync(), not in what it returns`,
    );
  }
  return options;
}

/** In place of the options, in a module that was imported by its class alone. */
export function refuseBareImport(): never {
  throw new SessionsConfigError(`${MODULE} is imported without forRoot(). ${ONCE}`);
}

/**
 * Of two modules, each would mount its own middleware and guard: a request would have two sessions under one cookie.
 *
 * @throws SessionsConfigError that names the modules which import it.
 */
export function assertImportedOnce(modules: ModulesContainer): void {
  const metatypes = [...modules.values()].map(({ metatype }) => metatype);
  const found = metatypes.filter(isSessionsModule);
  if (found.length < 2) {
    return;
  }
  const importers = metatypes.filter(importsSessions).map(({ name }) => name);
  const where = importers.length === 0 ? '' : ` (by ${importers.join(', ')})`;
  const copies = new Set(found).size === 1 ? '' : `, ${COPIES}`;
  throw new SessionsConfigError(`${MODULE} is imported ${found.length} times${where}${copies}. ${ONCE}`);
}

/**
 * For what works only beside a module of its own copy.
 *
 * @returns the message for the log when the application has no `SessionsModule` at all: its other routes work.
 * @throws SessionsConfigError when its module is of another copy of the package, which would never meet it.
 */
export function checkBesideModule(what: string, modules: ModulesContainer): string | undefined {
  const found = [...modules.values()].map(({ metatype }) => metatype).filter(isSessionsModule);
  if (found.some((metatype) => Reflect.get(metatype, SESSIONS_MODULE) === THIS_COPY)) {
    return undefined;
  }
  if (found.length > 0) {
    refuseAnotherCopy(what);
  }
  return `${what} is used in an application without ${MODULE}: its requests are answered with 500. ${ONCE}`;
}

/** @throws SessionsConfigError */
export function refuseAnotherCopy(what: string): never {
  throw new SessionsConfigError(`${what} and ${MODULE} are ${COPIES}. Both must be of one: reinstall, or deduplicate`);
}

/** Nest takes no default for `undefined`: the module would silently not be global. */
function checkIsGlobal(options: object): void {
  const isGlobal: unknown = Reflect.get(options, 'isGlobal');
  if (Object.hasOwn(options, 'isGlobal') && typeof isGlobal !== 'boolean') {
    throw new SessionsConfigError(`isGlobal must be true or false; it is ${display(isGlobal)}`);
  }
}

/** Sees what the decorator of a module says; what a dynamic module adds cannot be seen. */
function importsSessions(metatype: Type): boolean {
  const imports: unknown = Reflect.getMetadata(IMPORTS, metatype);
  return (
    Array.isArray(imports) &&
    imports.some((one: unknown) => isSessionsModule(isObject(one) ? Reflect.get(one, 'module') : one))
  );
}

function isSessionsModule(metatype: unknown): boolean {
  return typeof metatype === 'function' && Reflect.has(metatype, SESSIONS_MODULE);
}
