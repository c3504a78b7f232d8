/** What the sessions of this application hold. */
declare module 'nestjs-sessions' {
  interface SessionData {
    user?: string;
    said?: number;
  }
}

export {};
