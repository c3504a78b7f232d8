import { Module } from '@nestjs/common';
import { FileStore, SessionsModule } from 'nestjs-sessions';

@Module({
  imports: [SessionsModule.forRoot({ store: new FileStore({ directory: './var/sessions' }) })],
})
export class FileModule {}
