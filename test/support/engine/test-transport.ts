import type { SessionTransport } from '../../../lib/session/session-transport.js';

export type TestTransport = { -readonly [K in keyof SessionTransport]: SessionTransport[K] };
export type ChangeTransport = (transport: TestTransport) => void;

/** What a session is opened for, without HTTP around it: a client that sends one cookie, or none, and would take one. */
export function testTransport(cookie?: string, change: ChangeTransport = () => undefined): TestTransport {
  const transport: TestTransport = {
    cookieHeader: cookie === undefined ? undefined : `sid=${cookie}`,
    route: 'GET /test',
    renewsExpiry: true,
    hasSentHeaders: false,
    cookieObstacle: () => undefined,
    onFirstLoad: () => undefined,
  };
  change(transport);
  return transport;
}
