import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { MemoryStore, Sessions, SessionsModule } from 'nestjs-sessions';
import 'reflect-metadata';
import { reportReady } from '../../support/processes/report-ready.js';

/** Does its work and forgets to close the application, as scripts and REPLs do. */

const schedule = process.argv[2] === 'scheduled' ? [ScheduleModule.forRoot()] : [];

@Module({ imports: [...schedule, SessionsModule.forRoot({ store: new MemoryStore() })] })
class ScriptModule {}

const app = await NestFactory.createApplicationContext(ScriptModule, { logger: ['error', 'warn'] });
const sessions = await app.get(Sessions).count();

reportReady(`${sessions} sessions`);
process.channel?.unref();
