declare module 'nestjs-sessions' {
  interface SessionData {
    user: string;
    clicks: number;
  }
}

export {};
