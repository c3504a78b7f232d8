import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Refuses what a page of another site has sent. Every current browser says where a request comes from. */
@Injectable()
export class SameSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method = '', headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (SAFE_METHODS.includes(method)) return true;
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    // An old browser sends at least its origin; a program that is no browser sends neither, and has no visitor's cookies.
    const { origin } = headers;
    return origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
  }
}
