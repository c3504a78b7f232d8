import type { HttpAdapterHost } from '@nestjs/core';
import { SessionsConfigError } from '../errors/index.js';

/** @throws SessionsConfigError on a platform that is not supported yet. */
export function assertExpress({ httpAdapter }: HttpAdapterHost): void {
  const platform = httpAdapter.getType();
  if (platform !== 'express') {
    throw new SessionsConfigError(
      `SessionsModule works with @nestjs/platform-express; ${platform} is not supported yet`,
    );
  }
}
