import {
  Controller,
  Injectable,
  Post,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { RequireSession, Session, SessionReadOnlyError } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    /** How often the user had logged out everywhere, at the time of the login. */
    generation?: number;
    userId?: string;
  }
}

/** In your application this is a column of the table of users. */
@Injectable()
export class Generations {
  readonly #numbers = new Map<string, number>();

  of(userId: string): number {
    return this.#numbers.get(userId) ?? 0;
  }

  raise(userId: string): number {
    const next = this.of(userId) + 1;
    this.#numbers.set(userId, next);
    return next;
  }
}

/** A global guard: a session from before the user logged out everywhere ends with its next request. */
@Injectable()
export class GenerationGuard implements CanActivate {
  constructor(private readonly generations: Generations) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { session } = context.switchToHttp().getRequest<{ readonly session: Session }>();
    await session.load();
    const userId = session.get('userId');
    if (userId !== undefined && (session.get('generation') ?? 0) !== this.generations.of(userId)) {
      await session.destroy().catch(refuse);
    }
    return true;
  }
}

/** A read-only route cannot end the session. */
function refuse(error: unknown): never {
  throw error instanceof SessionReadOnlyError ? new UnauthorizedException() : error;
}

@Controller()
export class LogOutEverywhereController {
  constructor(private readonly generations: Generations) {}

  @Post('log-out-everywhere')
  @RequireSession('userId')
  logOut(@Session() session: Session, @Session('userId') userId: string): void {
    // This session goes on, all others end.
    session.set('generation', this.generations.raise(userId));
  }
}
