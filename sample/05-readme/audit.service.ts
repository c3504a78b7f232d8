import { Injectable } from '@nestjs/common';
import { CurrentSession } from 'nestjs-sessions';

@Injectable()
export class AuditService {
  constructor(private readonly session: CurrentSession) {}

  async currentUser(): Promise<string | undefined> {
    await this.session.load();
    return this.session.get('userId');
  }
}
