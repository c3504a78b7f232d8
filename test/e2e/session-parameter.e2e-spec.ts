import * as common from '@nestjs/common';
import {
  Body,
  Controller,
  DefaultValuePipe,
  Get,
  Injectable,
  ParseIntPipe,
  Post,
  ValidationPipe,
  type ArgumentMetadata,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { IsInt, IsString } from 'class-validator';
import * as sessions from 'nestjs-sessions';
import { Session, SessionObject } from 'nestjs-sessions';
import ts from 'typescript';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';

class Cart {
  @IsString() readonly name!: string;
  @IsInt() readonly count!: number;
}

@Injectable()
class Shout implements PipeTransform<string> {
  transform(value: string, { type, data }: ArgumentMetadata): string {
    return `${type} ${data ?? ''}: ${value.toUpperCase()}`;
  }
}

@Injectable()
class Size implements PipeTransform<SessionObject> {
  transform(session: SessionObject): number {
    return session.size;
  }
}

@Controller()
class Parameters {
  @Get('key') key(@Session('user') user: string): object {
    return { user };
  }

  @Get('class-pipe') classPipe(@Session('user', Shout) user: string): string {
    return user;
  }

  @Get('pipes') pipes(@Session('count', new DefaultValuePipe('41'), ParseIntPipe) count: number): number {
    return count + 1;
  }

  @Get('whole-pipe') wholePipe(@Session(Size) size: number): number {
    return size;
  }

  @Get('cart') cart(@Session('cart') cart: Cart): object {
    return { isCart: cart instanceof Cart, count: cart.count };
  }

  @Post('whole') whole(@Session() session: Session, @Body() body: Cart): object {
    session.set('written', body.count);
    return { isSession: session instanceof SessionObject, isCart: body instanceof Cart, size: session.size };
  }

  @Post('object') object(@Session() session: SessionObject): object {
    session.set('written', 1);
    return { isSession: session instanceof SessionObject };
  }
}

/** As `tsc` with `isolatedModules` writes it, which cannot know that `Session` is a function as well as a type. */
function compiled(): Type {
  const source = `
    import { Controller, Post } from '@nestjs/common';
    import { Session, SessionObject } from 'nestjs-sessions';
    @Controller()
    export class Compiled {
      @Post('tsc') tsc(@Session() session: Session): object {
        session.set('written', 2);
        return { isSession: session instanceof SessionObject };
      }
      @Post('tsc-object') tscObject(@Session() session: SessionObject): object {
        session.set('written', 3);
        return { isSession: session instanceof SessionObject };
      }
    }`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  expect(outputText).toContain('design:paramtypes');
  const modules: Record<string, unknown> = { '@nestjs/common': common, 'nestjs-sessions': sessions };
  const exports: { Compiled?: Type } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the compiler's output has to run somewhere
  (new Function('require', 'exports', outputText) as (...args: unknown[]) => void)(
    (name: string) => modules[name],
    exports,
  );
  return exports.Compiled!;
}

describe.each(PLATFORMS)('@Session(), on %s', (platform) => {
  const validation = new ValidationPipe({ validateCustomDecorators: true, transform: true, whitelist: true });
  let app: TestApp;
  beforeEach(async () => {
    app = await startNotes({
      platform,
      controllers: [Parameters, compiled()],
      configure: (nest) => nest.useGlobalPipes(validation),
    });
  });

  it('gives what is under a key, and undefined when nothing is', async () => {
    const visitor = app.browser();
    expect((await visitor.get('/key')).json()).toEqual({});
    await visitor.post('/notes', { user: 'ann' });
    expect((await visitor.get('/key')).json()).toEqual({ user: 'ann' });
  });

  it('hands it through pipes, of a class or ready made, in their order', async () => {
    const visitor = app.browser();
    expect((await visitor.get('/pipes')).text).toBe('42');
    await visitor.post('/notes', { user: 'ann', count: '7' });

    expect((await visitor.get('/pipes')).text).toBe('8');
    expect((await visitor.get('/class-pipe')).text).toBe('custom user: ANN');
    expect((await visitor.get('/whole-pipe')).text).toBe('2');
    await visitor.post('/notes', { count: 'many' });
    expect((await visitor.get('/pipes')).status).toBe(400);
  });

  it('lets a ValidationPipe make an instance of what is under a key', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { cart: { name: 'mine', count: 3 } });
    expect((await visitor.get('/cart')).json()).toEqual({ isCart: true, count: 3 });

    await visitor.post('/notes', { cart: { name: 'mine', count: 'three' } });
    expect((await visitor.get('/cart')).status).toBe(400);
  });

  it('is not taken for a class that a ValidationPipe could make an instance of', async () => {
    const visitor = app.browser();
    const whole = await visitor.post('/whole', { name: 'x', count: 3, extra: true });

    expect(whole.json()).toEqual({ isSession: true, isCart: true, size: 1 });
    expect((await visitor.get('/notes')).json()).toEqual({ written: 3 });
  });

  it.each([
    ['/object', 1],
    ['/tsc', 2],
    ['/tsc-object', 3],
  ])('is the session itself, whatever its parameter is called and whoever compiled it: %s', async (path, written) => {
    const visitor = app.browser();

    expect((await visitor.post(path)).json()).toEqual({ isSession: true });
    expect((await visitor.get('/notes')).json()).toEqual({ written });
  });
});
