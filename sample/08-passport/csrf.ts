import { csrfSync } from 'csrf-sync';
import type { Request } from 'express';

/** The token is a hidden field of each form. */
export const csrf = csrfSync({
  getTokenFromRequest: (request: Request) => (request.body as { readonly _csrf?: string } | undefined)?._csrf,
});
