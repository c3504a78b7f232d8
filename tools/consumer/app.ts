import { Module } from '@nestjs/common';
import { MemoryStore, minutes, SessionsModule } from 'nestjs-sessions';
import { countVisits, VisitsController } from './visits.js';

const store = new MemoryStore();

@Module({ imports: [SessionsModule.forRoot({ store, timeout: minutes(20) })], controllers: [VisitsController] })
class AppModule {}

await countVisits(AppModule, AppModule);
