import type { SessionStore, SessionVersion } from 'nestjs-sessions';

type Args<O extends 'delete' | 'rotate' | 'update'> = Parameters<SessionStore[O]>[0];

/**
 * A store as many are: it writes what it is given, whatever is there by now, and makes what is missing. It keeps no tombstones
 * either. Everything else is done by the store that it stands before.
 */
export function upsertingStore(inner: SessionStore): SessionStore {
  const careless: Pick<SessionStore, 'delete' | 'rotate' | 'update'> = {
    delete: ({ id }: Args<'delete'>) => inner.delete({ id, tombstoneUntil: Date.now() }),
    update: async ({ id, record, guard }: Args<'update'>) => {
      const version = await put(inner, id, record);
      if (guard.lock?.release) await inner.unlock({ id, token: guard.lock.token });
      return version;
    },
    rotate: async ({ from, to, record }: Args<'rotate'>) => {
      await careless.delete({ id: from, tombstoneUntil: 0 });
      return put(inner, to, record);
    },
  };
  return new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(Object.hasOwn(careless, name) ? careless : target, name);
      return typeof member === 'function'
        ? (...args: unknown[]): unknown => Reflect.apply(member, target, args)
        : member;
    },
  });
}

async function put(inner: SessionStore, id: string, record: Args<'update'>['record']): Promise<SessionVersion> {
  for (;;) {
    const present = await inner.load({ id });
    const version =
      present.status === 'found'
        ? await inner.update({ id, record, guard: { version: present.version } })
        : await inner.create({ id, record });
    if (version !== false) return version;
  }
}
