import { Module } from '@nestjs/common';
import { seconds, SessionsModule } from 'nestjs-sessions';
import { ChatGateway } from './chat.gateway.js';
import { LoginController } from './login.controller.js';
import { PageController } from './page.controller.js';
import './session-data.js';

@Module({
  imports: [SessionsModule.forRoot({ watch: { interval: seconds(10) } })],
  controllers: [PageController, LoginController],
  providers: [ChatGateway],
})
export class AppModule {}
