import type { SessionsModuleOptions } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';

export type Manner = readonly [string, Pick<SessionsModuleOptions, 'compatibility'>];

/** `request.session` is the session itself. */
export const OURS: Manner = ['as ours', {}];

/** Every request locks when it arrives: shapes count in a GET too, and by properties. */
export const BRIDGED: Manner = ["in express-session's manner", { compatibility: expressSession({ lock: () => true }) }];

/** How an application sees its sessions: a promise holds in each manner. */
export const MANNERS: readonly Manner[] = [OURS, BRIDGED];
