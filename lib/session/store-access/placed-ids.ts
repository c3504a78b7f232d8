import { hashSessionId, type SessionIds } from '../session-id.js';
import type { StoreParts } from './store-parts.js';

/** With ten servers of which one is right, one in forty thousand searches ends without it; then any of them has to do. */
const MAX_DRAWS = 100;

/**
 * Draws an id again until the part of the store that would keep it is the right one. A new session goes to a part that answers.
 * One that changes its id stays on its part: a login must not depend on another server than the session does.
 */
export class PlacedIds implements SessionIds {
  constructor(
    private readonly ids: SessionIds,
    private readonly parts: StoreParts,
  ) {}

  generate(inPlaceOf?: string): string {
    const { ids, parts } = this;
    let id = ids.generate();
    for (let draws = 1; draws < MAX_DRAWS; draws += 1) {
      const key = hashSessionId(id);
      if (inPlaceOf === undefined ? !parts.isFailing(key) : parts.areTogether(inPlaceOf, key)) {
        return id;
      }
      id = ids.generate();
    }
    return id;
  }

  isWellFormed(id: string): boolean {
    return this.ids.isWellFormed(id);
  }

  isOutOfReach(id: string): boolean {
    return this.parts.isFailing(hashSessionId(id));
  }
}
