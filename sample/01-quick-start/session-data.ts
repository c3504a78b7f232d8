/** What the sessions of this application hold. A mistyped key does not compile. */
declare module 'nestjs-sessions' {
  interface SessionData {
    visits: number;
    user?: string;
    locked?: number;
    naive?: number;
  }
}

export {};
