import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSlow } from '../slow-tests.js';

/*
 * What mutation testing covers, and with which tests: those that are fast, need no server, and are about it. The long ones come last,
 * since most faults are found before them.
 */

const tests = join(import.meta.dirname, '..');

/** What runs the compiled library, in a process of its own or not, would try no fault that is put into the sources. */
const COMPILED = /support\/processes\/|build\/compiled|count-work/;
/** What needs servers, or has an application for each store. */
const SERVERS = /support\/servers\/|stores\/(stores|networked-stores|proxied-stores|real-stores)\.js/;

/** The spec files of a folder of `test` whose names match, and which `npm test` runs. */
function specs(folder, pattern = /./, except = /^$/, withoutWhat = COMPILED) {
  return readdirSync(join(tests, folder))
    .filter((file) => file.endsWith('spec.ts') && pattern.test(file) && !except.test(file))
    .map((file) => `${folder}/${file}`)
    .filter((file) => !isSlow(file))
    .filter((file) => !withoutWhat.test(readFileSync(join(tests, file), 'utf8')));
}

/** Those of them that need no server. */
function specsInProcess(folder, pattern, except) {
  return specs(folder, pattern, except, new RegExp(`${COMPILED.source}|${SERVERS.source}`));
}

/** They load Nest, which would double the time, and try nothing of the engine. */
const ABOUT_THE_MODULE = /^(errors|options)\.spec/;
const LONG = /^(session-id|cookie-options)\.spec/;

/** That of PostgreSQL can only be judged beside a server. */
const STORE_OPTIONS = 'lib/stores/{memory,file,memcached,redis}/*-store-options.ts';

/** They find most of the faults in replies. */
const REPLIES = /^(bodies|cache|commit-|error|filters|headers|held|replies|vary)/;
/** What stands around handlers, and the errors that it shows. */
const HANDLERS =
  /^(controllers|current-session\.|errors-tell|failed-load|locking|one-line|require|route-|routes|server-sent|session-|sockets|touched)/;

/** `isShort`: its tests need no application and no server, so that its lines are tried within seconds. */
export const areas = {
  session: {
    isShort: true,
    mutate: ['lib/session/**/*.ts', 'lib/logging/*.ts'],
    specs: [
      ...specs('session', /./, new RegExp(`${ABOUT_THE_MODULE.source}|${LONG.source}`)),
      ...specs('session', LONG),
      'logging/throttled-logger.spec.ts',
      'properties/life-cycle.spec.ts',
      'properties/session-object.spec.ts',
    ],
  },
  options: {
    mutate: ['lib/options/*.ts'],
    specs: [
      ...specs('session', /^(options|cookie-options|errors)\.spec/),
      ...specs('stores', /-options\.spec/, /^(postgres|memcached|cache-manager)/),
      ...specsInProcess('e2e/misuse'),
      'e2e/start-up.e2e-spec.ts',
      'e2e/cookie-attributes.e2e-spec.ts',
      'e2e/cookie-lifetime.e2e-spec.ts',
      'e2e/controllers-work-without-the-module.e2e-spec.ts',
    ],
  },
  http: {
    mutate: ['lib/http/**/*.ts'],
    specs: [
      ...specsInProcess('e2e', REPLIES),
      ...specsInProcess('e2e', /./, REPLIES),
      ...specsInProcess('e2e/fastify'),
      'e2e/graphql/resolvers.e2e-spec.ts',
      'e2e/misuse/another-session-library.e2e-spec.ts',
      'e2e/express-session/fastify.e2e-spec.ts',
      'e2e/express-session/requests-that-are-passed-on.e2e-spec.ts',
      ...specsInProcess('e2e/shapes'),
    ],
  },
  'express-session': {
    mutate: ['lib/express-session/*.ts'],
    specs: [...specsInProcess('e2e/express-session'), 'e2e/misuse/compatibility.e2e-spec.ts'],
  },
  handlers: {
    mutate: ['lib/interceptors/*.ts', 'lib/guards/*.ts', 'lib/filters/*.ts'],
    specs: [
      ...specsInProcess('e2e', HANDLERS),
      'e2e/fastify/one-session-for-both-requests.e2e-spec.ts',
      ...specsInProcess('e2e/graphql'),
      ...specsInProcess('e2e/sockets'),
    ],
  },
  'store-options': {
    isShort: true,
    mutate: [STORE_OPTIONS, 'lib/stores/shared/store-options.ts'],
    specs: [...specs('stores', /-options\.spec/, /^postgres/), 'stores/file-store-fsync.spec.ts'],
  },
  memory: {
    isShort: true,
    mutate: ['lib/stores/memory/*.ts', `!${STORE_OPTIONS}`],
    specs: specs('stores', /^memory-store/),
  },
  file: {
    mutate: ['lib/stores/file/*.ts', `!${STORE_OPTIONS}`],
    specs: specs('stores', /^file-store/, /(crowd|full-disk|processes|rights|short-names)/),
  },
  postgres: {
    mutate: [
      'lib/stores/postgres/**/*.ts',
      'lib/stores/shared/*.ts',
      '!lib/stores/shared/{entry,keyed-mutex,store-options}*.ts',
      `!${STORE_OPTIONS}`,
    ],
    specs: [
      ...specs('stores', /^postgres-store/, /(processes|outages|lost-answers|healing|native|ways)/),
      'stores/store-options.spec.ts',
    ],
  },
  memcached: {
    mutate: ['lib/stores/memcached/**/*.ts', 'lib/stores/shared/entry*.ts', `!${STORE_OPTIONS}`],
    specs: [...specs('stores', /^memcached-store/, /(processes|package)/), 'stores/start-checks.spec.ts'],
  },
  redis: {
    mutate: ['lib/stores/redis/**/*.ts', `!${STORE_OPTIONS}`],
    specs: specs('stores', /^redis-store/, /(cluster|failover|sentinel)/),
  },
  'cache-manager': {
    mutate: ['lib/stores/cache-manager/*.ts', 'lib/stores/shared/keyed-mutex.ts'],
    specs: [
      ...specs('stores', /^cache-manager-store\.spec/),
      ...specs('stores', /^cache-manager-store-/, /redis/),
      ...specs('stores', /^cache-manager-store-redis/),
      'stores/start-checks.spec.ts',
    ],
  },
};

/** The one that this run is about. */
export function chosenArea() {
  const name = process.env.MUTATION_AREA ?? 'session';
  const area = areas[name];
  if (area === undefined) throw new Error(`There is no area ${name}: it is one of ${Object.keys(areas).join(', ')}`);
  return { name, ...area };
}
