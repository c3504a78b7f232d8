import 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    visits: number;
    userId?: string;
    cart: { items: string[] };
  }
}
