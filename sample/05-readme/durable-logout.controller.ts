import { Controller, Inject, Post } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Session } from 'nestjs-sessions';

@Controller()
export class DurableLogoutController {
  constructor(@Inject('redis') private readonly client: Redis) {}

  @Post('logout')
  async logout(@Session() session: Session): Promise<{ replicas: number }> {
    await session.destroy();
    return { replicas: await this.client.wait(1, 100) };
  }
}
