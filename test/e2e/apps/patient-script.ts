import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Sessions, SessionsModule } from 'nestjs-sessions';
import { createHash, randomBytes } from 'node:crypto';
import 'reflect-metadata';
import { reportReady } from '../../support/processes/report-ready.js';
import { openStore } from '../../support/stores/stores.js';

/** Opens a session that somebody else has locked, with nothing else to do. */

const store = await openStore(process.argv[2] ?? '');

@Module({ imports: [SessionsModule.forRoot({ store, cleanup: false })] })
class ScriptModule {}

const app = await NestFactory.createApplicationContext(ScriptModule, { logger: ['error', 'warn'] });
const sent = randomBytes(32).toString('base64url');
const id = createHash('sha256').update(sent).digest('base64url');
const now = Date.now();
await store.create({ id, record: { data: '{"visits":1}', createdAt: now, expiresAt: now + 60_000 } });
await store.tryLock({ id, token: 'theirs', lease: 500, holder: { route: 'GET /', process: 'other:1', since: now } });

reportReady('locked by another');
process.channel?.unref();

await app
  .get(Sessions)
  .open(`session_id=${sent}`, (session) => console.log(`visits: ${String(session.get('visits'))}`));
await app.close();
