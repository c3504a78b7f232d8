declare module 'nestjs-sessions' {
  interface SessionData {
    cart?: string[];
    messages?: number;
    report?: { rows: number };
  }
}

export {};
