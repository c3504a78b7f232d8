import { Injectable } from '@nestjs/common';
import { PassportSerializer } from '@nestjs/passport';
import type { User } from './local.strategy.js';

/** What of the user is in the session. */
@Injectable()
export class UserSerializer extends PassportSerializer {
  serializeUser(user: User, done: (error: unknown, name: string) => void): void {
    done(null, user.name);
  }

  deserializeUser(name: string, done: (error: unknown, user: User) => void): void {
    done(null, { name });
  }
}
