import type { INestApplication } from '@nestjs/common';
import { MemoryStore, type LeasingStore } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import { TestApp } from '../../support/http/test-app.js';

class Leasing extends MemoryStore implements LeasingStore {
  readonly hasLeases = true;
}

const GRACE = 5_000;
const environment = process.env['NODE_ENV'];
const listeners = process.listeners('SIGTERM');

async function warningsOf(configure: (app: INestApplication) => void): Promise<string[]> {
  const clock = new ManualClock();
  const app = await TestApp.start({ sessions: { store: new Leasing(), clock }, configure });
  try {
    await clock.advanceAsync(GRACE);
    return app.logs.matching(/SIGTERM/);
  } finally {
    await app.close();
  }
}

describe('An application whose locks outlive its process', () => {
  beforeEach(() => {
    process.env['NODE_ENV'] = 'development';
    process.removeAllListeners('SIGTERM');
  });
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
    for (const listener of listeners) process.on('SIGTERM', listener);
  });

  it('is told, once, to enable its shutdown hooks', async () => {
    expect(await warningsOf(() => {})).toEqual([expect.stringMatching(/app\.enableShutdownHooks\(\)/)]);
  });

  it('is told nothing when it has', async () => {
    expect(await warningsOf((app) => app.enableShutdownHooks())).toEqual([]);
  });
});
