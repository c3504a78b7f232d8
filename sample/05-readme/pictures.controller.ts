import { Controller, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { LockSession, RequireSession, Session } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    pictures?: string[];
    userId?: string;
  }
}

@Controller()
export class PicturesController {
  @Post('pictures')
  @LockSession('explicit')
  @RequireSession('userId')
  @UseInterceptors(FileInterceptor('picture'))
  async add(@Session() session: Session, @UploadedFile() { originalname }: { originalname: string }): Promise<void> {
    // The file is here. Only now:
    await session.withLock(() => session.set('pictures', [...(session.get('pictures') ?? []), originalname]));
  }
}
