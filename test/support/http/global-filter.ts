import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { SessionsError, type Session } from 'nestjs-sessions';
import { sessionOf } from '../shapes/handler-shape.js';

type Answer = (response: Response, session: Session) => void | Promise<void>;

/** An exception filter of the application for the errors of its sessions: it notes them, and answers as the test says. */
@Catch(SessionsError)
export class GlobalFilter implements ExceptionFilter {
  readonly errors: SessionsError[] = [];

  constructor(
    private readonly answer: Answer = (response) => {
      response.status(502).send({ form: 'of the application' });
    },
  ) {}

  catch(error: SessionsError, host: ArgumentsHost): void | Promise<void> {
    this.errors.push(error);
    const http = host.switchToHttp();
    return this.answer(http.getResponse<Response>(), sessionOf(http.getRequest()));
  }
}
