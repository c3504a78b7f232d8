import { Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionsModule } from 'nestjs-sessions';
import { LogBook } from './test-app.js';

/**
 * The message with which an application with these imports does not start; `imports` is a function, since some are refused
 * where they are written.
 */
export async function startUpErrorOf(imports: () => NonNullable<ModuleMetadata['imports']>): Promise<string> {
  try {
    @Module({ imports: imports() })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: new LogBook(), abortOnError: false });
    await app.init().finally(() => app.close());
  } catch (error) {
    expect(error).toMatchObject({ name: 'SessionsConfigError', code: 'SESSIONS_CONFIG' });
    return (error as Error).message;
  }
  throw new Error('The application started');
}

/** The same of options for `forRoot()`, also of such as no type allows. */
export function refusalOf(options: unknown): Promise<string> {
  return startUpErrorOf(() => [SessionsModule.forRoot(options as never)]);
}
