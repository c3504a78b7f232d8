declare module 'nestjs-sessions' {
  interface SessionData {
    messages?: number;
    report?: { rows: number };
  }
}

export {};
