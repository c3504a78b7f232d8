import type { ServerResponse } from 'node:http';

/**
 * Listens to the end of a response. Node warns of a leak when an event has more than ten listeners, and a tracer and a stream may
 * have ten without this one: so it makes room for itself.
 */
export function onClose(response: ServerResponse, listener: () => void): void {
  response.on('close', listener);
  const most = response.getMaxListeners();
  // 0: as many as there may be.
  if (most > 0) {
    response.setMaxListeners(most + 1);
  }
}
