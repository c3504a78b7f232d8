import { Module } from '@nestjs/common';
import { minutes, SessionsModule } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { CartController } from './cart.controller.js';
import { servers } from './memcached.js';
import './session-data.js';

@Module({
  imports: [SessionsModule.forRoot({ store: new MemcachedStore({ servers }), timeout: minutes(20) })],
  controllers: [CartController],
})
export class AppModule {}
