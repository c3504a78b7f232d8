import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { InjectSessionStore, SessionStore } from 'nestjs-sessions';
import { RememberingStore } from './remembering-store.js';

export interface StoredSession {
  readonly key: string;
  readonly data: string;
  /** Whether nobody holds its lock. */
  readonly isFree: boolean;
}

const TOMBSTONE_LIFE = 30_000;
const PROBE = { token: 'inspection', lease: 1_000, holder: { route: 'inspection', process: 'inspection', since: 0 } };

/** What is in the store, when everything is over. A store that other processes can look into is told its keys. */
@Controller('inspection')
export class InspectionController {
  constructor(@InjectSessionStore() private readonly store: SessionStore) {}

  @Post('sessions') @HttpCode(200) async sessions(@Body() keys: string[]): Promise<StoredSession[]> {
    const sessions: StoredSession[] = [];
    for (const id of this.#keys(keys)) {
      const found = await this.store.load({ id });
      if (found.status !== 'found') continue;
      const isFree = (await this.store.tryLock({ id, ...PROBE })).status === 'acquired';
      if (isFree) await this.store.unlock({ id, token: PROBE.token });
      sessions.push({ key: id, data: found.record.data, isFree });
    }
    return sessions;
  }

  /** Ends them all. */
  @Post('burials') @HttpCode(200) async bury(@Body() keys: string[]): Promise<void> {
    for (const id of this.#keys(keys)) await this.store.delete({ id, tombstoneUntil: Date.now() + TOMBSTONE_LIFE });
  }

  #keys(keys: readonly string[]): readonly string[] {
    return this.store instanceof RememberingStore ? [...this.store.keys] : keys;
  }
}
