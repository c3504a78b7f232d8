import { MemoryStore, type SessionStore } from 'nestjs-sessions';

/** Sessions in memory that can be enumerated, as those in a database can. */
export class RememberingStore extends MemoryStore {
  readonly keys = new Set<string>();

  override create(args: Parameters<SessionStore['create']>[0]): ReturnType<SessionStore['create']> {
    this.keys.add(args.id);
    return super.create(args);
  }

  override rotate(args: Parameters<SessionStore['rotate']>[0]): ReturnType<SessionStore['rotate']> {
    this.keys.add(args.to);
    return super.rotate(args);
  }
}
