import { BadRequestException, Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';

export interface CartView {
  readonly cart: readonly string[];
  readonly process: number;
}

@Controller('cart')
export class CartController {
  /** The session is locked from its first touch, so that of items that arrive at once, at either process, none gets lost. */
  @Post()
  @HttpCode(200)
  add(@Session() session: Session, @Body('item') item: unknown): CartView {
    if (typeof item !== 'string' || item === '') throw new BadRequestException('Send an item');
    const cart = session.setDefault('cart', []);
    cart.push(item);
    return { cart, process: process.pid };
  }

  @Get()
  @LockSession('read-only')
  read(@Session('cart') cart: string[] = []): CartView {
    return { cart, process: process.pid };
  }
}
