declare module 'nestjs-sessions' {
  interface SessionData {
    user: string;
    count: number;
  }
}

export {};
