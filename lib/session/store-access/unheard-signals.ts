import type { Clock } from '../../interfaces/clock.interface.js';
import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import { hasLeases } from '../../interfaces/store-abilities.js';

/** Who listens to signals may begin to after the application listens to requests. */
const GRACE = 5_000;

/**
 * A process that does not listen to the signal which stops it leaves its locks behind. There is one warning, and none in tests,
 * which nobody stops.
 */
export function warnOfUnheardSignals(store: object, clock: Clock, logger: SessionsLogger): () => void {
  if (!hasLeases(store) || process.env['NODE_ENV'] === 'test') {
    return () => undefined;
  }
  return clock.setTimer(() => {
    if (process.listenerCount('SIGTERM') === 0) {
      logger.warn(
        'Nothing here listens to SIGTERM: sessions that are locked when this process is stopped stay locked for what is left ' +
          'of their lease, and their next requests wait. Call app.enableShutdownHooks() before app.listen()',
      );
    }
  }, GRACE);
}
