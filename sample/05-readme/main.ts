import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Session, SessionsModule } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    visits: number;
    userId?: string;
  }
}

@Controller()
class VisitsController {
  @Get('visits')
  visits(@Session() session: Session): { visits: number } {
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return { visits };
  }
}

@Module({ imports: [SessionsModule.forRoot()], controllers: [VisitsController] })
class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  // A process that is stopped gives its locks back at once.
  app.enableShutdownHooks();
  await app.listen(process.env['PORT'] ?? 3000);
}

void bootstrap();
