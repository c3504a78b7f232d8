import { CronExpression } from '@nestjs/schedule';
import { days, hours, minutes, seconds } from 'nestjs-sessions';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { ResolvedOptions } from '../../../lib/options/sessions-options.js';

const DURATIONS: Readonly<Record<string, (count: number) => number>> = { days, hours, minutes, seconds };
const SOURCES = [
  '../../../lib/interfaces/sessions-options.interface.ts',
  '../../../lib/options/sessions-module-options.ts',
];

/** Those options that are groups of others. */
const GROUPS: Readonly<Record<string, string>> = {
  lock: 'LockOptions',
  cookie: 'SessionCookieOptions',
  cleanup: 'CleanupOptions',
  watch: 'WatchOptions',
};

/** The names of all options, as the types declare them: `timeout`, `lock.wait`, ... */
export function declaredOptions(): string[] {
  const names = [...membersOf('SessionPolicyOptions'), ...membersOf('SessionsModuleOptions')];
  return names.flatMap((name) => {
    const group = GROUPS[name];
    return group === undefined ? [name] : membersOf(group).map((member) => `${name}.${member}`);
  });
}

/** The value that a default is written for in the documentation: a literal, a duration, or `undefined` for mere words. */
export function documentedDefault(code: string | undefined): unknown {
  if (code === undefined) return undefined;
  const [, unit = '', count] = /^(\w+)\((\d+)\)$/.exec(code) ?? [];
  const duration = DURATIONS[unit];
  if (duration !== undefined) return duration(Number(count));
  const cron = /^CronExpression\.(\w+)$/.exec(code)?.[1];
  if (cron !== undefined) return CronExpression[cron as keyof typeof CronExpression];
  const instance = /^new (\w+)\(\)$/.exec(code)?.[1];
  if (instance !== undefined) return instance;
  return JSON.parse(code.replaceAll("'", '"'));
}

/** The default that is in force, in the form of `documentedDefault()`. */
export function actualDefault(options: ResolvedOptions, name: string): unknown {
  const { cookie, cleanup, limits, locking, policy, watch } = options;
  const values: Record<string, unknown> = {
    ...prefixed('cookie', { ...cookie, sameSite: cookie.sameSite ?? false }),
    ...prefixed('cleanup', cleanup === false ? {} : cleanup),
    ...prefixed('lock', { ...limits, wait: locking.wait, lease: locking.lease }),
    ...prefixed('watch', watch),
    ...options,
    ...policy,
    locking: locking.mode,
    store: options.store.constructor.name,
    secret: options.signature,
    debug: options.isDebug,
    absoluteTimeout: Number.isFinite(policy.absoluteTimeout) ? policy.absoluteTimeout : undefined,
    // The machine's clock, and random ids: words in the documentation.
    clock: undefined,
  };
  return values[name];
}

function prefixed(group: string, values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]));
}

function membersOf(name: string): string[] {
  const sources = SOURCES.map((path) => readFileSync(new URL(path, import.meta.url), 'utf8'));
  const declaration = sources
    .flatMap((text) => [...ts.createSourceFile('options.ts', text, ts.ScriptTarget.Latest, true).statements])
    .filter(ts.isInterfaceDeclaration)
    .find((statement) => statement.name.text === name);
  return (declaration?.members ?? []).flatMap((member) => (member.name === undefined ? [] : [member.name.getText()]));
}
