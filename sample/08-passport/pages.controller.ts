import {
  Catch,
  Controller,
  Get,
  Header,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { csrf } from './csrf.js';
import type { User } from './local.strategy.js';
import { LoginGuard } from './login.guard.js';
import { page } from './page.js';

/** A wrong password leads back to the form, with a message. */
@Catch(UnauthorizedException)
class WrongPasswordFilter implements ExceptionFilter {
  catch(_error: UnauthorizedException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    http.getRequest<Request>().flash('info', 'Name and password do not match.');
    http.getResponse<Response>().redirect('/');
  }
}

@Controller()
export class PagesController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  show(@Req() request: Request): string {
    return page({
      user: request.user as User | undefined,
      messages: request.flash('info'),
      token: csrf.generateToken(request),
    });
  }

  @Post('login')
  @UseGuards(LoginGuard)
  @UseFilters(WrongPasswordFilter)
  login(@Req() request: Request, @Res() response: Response): void {
    request.flash('info', 'You are logged in.');
    response.redirect('/');
  }

  @Post('logout')
  logout(@Req() request: Request, @Res() response: Response): void {
    request.logout((error: unknown) => {
      request.flash('info', error === undefined ? 'You are logged out.' : 'That did not work. Try again.');
      response.redirect('/');
    });
  }
}
