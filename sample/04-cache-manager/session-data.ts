declare module 'nestjs-sessions' {
  interface SessionData {
    visits: number;
  }
}

export {};
