import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { socketMessageOf } from '../sockets/socket-message.js';
import { declaredLock } from './declared-lock.js';

/** Tells the session of a message how its handler locks. On each gateway: Nest 11 runs no global guards there. */
class MessageGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const [gateway, handler] = [context.getClass(), context.getHandler()];
    const name = `${gateway.name}.${handler.name}()`;
    const pending = socketMessageOf(context.getArgs())?.enter(declaredLock(gateway, handler), name);
    return pending === undefined || pending.then(() => true);
  }
}

/** One for all applications: all that it needs comes with the message. */
export const messageGuard: CanActivate = new MessageGuard();
