import { Injectable, type CanActivate } from '@nestjs/common';

const expected: (() => void)[] = [];

/** Settles when the next request comes to a route with `ArrivalsGuard`, a moment before it asks for its session. */
export function nextArrival(): Promise<void> {
  return new Promise((resolve) => expected.push(resolve));
}

/** Tells the test that a request has come, so that it can send the next one after it. */
@Injectable()
export class ArrivalsGuard implements CanActivate {
  canActivate(): boolean {
    expected.shift()?.();
    return true;
  }
}
