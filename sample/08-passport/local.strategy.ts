import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';

export interface User {
  readonly name: string;
}

@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy) {
  /** Here you check the password. */
  validate(username: string, password: string): User | null {
    return password === 'secret' ? { name: username } : null;
  }
}
