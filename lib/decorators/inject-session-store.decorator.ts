import { Inject } from '@nestjs/common';
import { SessionStore } from '../stores/session-store.js';

/** Injects the store as it was given to the module. */
export function InjectSessionStore(): ParameterDecorator & PropertyDecorator {
  return Inject(SessionStore);
}
