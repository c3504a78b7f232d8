declare module 'nestjs-sessions' {
  interface SessionData {
    cart: string[];
  }
}

export {};
