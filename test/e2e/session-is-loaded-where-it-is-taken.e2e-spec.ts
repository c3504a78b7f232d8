import {
  Controller,
  createParamDecorator,
  Get,
  Injectable,
  ParseIntPipe,
  Scope,
  Session as NestSession,
  SetMetadata,
  applyDecorators,
} from '@nestjs/common';
import { MemoryStore, Session, type SessionObject } from 'nestjs-sessions';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

const LOADED = { visits: 7, locked: true };

function look(session: SessionObject): typeof LOADED {
  return { visits: session.get('visits') as number, locked: session.locked };
}

/** Replaces the method, as decorators of logging or caching libraries do, and copies what it knows of. */
function Wrapped(): MethodDecorator {
  return (_target, _method, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    const wrapper = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args);
    };
    for (const key of Reflect.getMetadataKeys(original)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
    }
    descriptor.value = wrapper;
  };
}

const Word = createParamDecorator(() => 'word');

abstract class InheritedPages {
  @Get('inherited') inherited(@Session() session: Session): object {
    return look(session);
  }

  @Get('overridden') overridden(@Session() session: Session): object {
    return look(session);
  }
}

@Controller()
class Pages extends InheritedPages {
  @Get('start') start(@Session() session: Session): void {
    session.set('visits', 7);
  }

  @Get('ours') ours(@Session() session: Session): object {
    return look(session);
  }

  @Get('ours-among-others') among(@Word() word: string, @Session() session: Session): object {
    return { word, ...look(session) };
  }

  @Get('nest') nest(@NestSession() session: Session): object {
    return look(session);
  }

  @Get('key') key(@Session('visits') visits: number): number {
    return visits;
  }

  @Get('key-with-pipe') piped(@Session('visits', ParseIntPipe) visits: number): number {
    return visits + 1;
  }

  @Get('wrapped-inside') @Wrapped() wrappedInside(@Session() session: Session): object {
    return look(session);
  }

  @Wrapped() @Get('wrapped-outside') wrappedOutside(@Session() session: Session): object {
    return look(session);
  }

  @applyDecorators(Get('applied'), SetMetadata('roles', ['user']), Wrapped()) applied(
    @Session() session: Session,
  ): object {
    return look(session);
  }

  @Get('overridden') override overridden(session: Session): object {
    return { by: 'Pages', ...super.overridden(session) };
  }
}

@Injectable({ scope: Scope.REQUEST })
class OfTheRequest {}

@Controller('scoped')
class ScopedPages {
  constructor(readonly dependency: OfTheRequest) {}

  @Get() show(@Session() session: Session): object {
    return look(session);
  }
}

@Controller({ path: 'scoped-itself', scope: Scope.REQUEST })
class ScopedItselfPages {
  @Get() show(@NestSession() session: Session): object {
    return look(session);
  }
}

describe.each(PLATFORMS)('A handler that takes the session finds it loaded and locked, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      platform,
      controllers: [Pages, ScopedPages, ScopedItselfPages],
      providers: [OfTheRequest],
      sessions: { store: new MemoryStore() },
    });
  });
  afterAll(() => app.close());

  async function reply(path: string): Promise<unknown> {
    const visitor = app.browser();
    await visitor.get('/start');
    return (await visitor.get(path)).json();
  }

  it.each([
    ['with our @Session()', '/ours', LOADED],
    ['with our @Session() beside other parameters', '/ours-among-others', { word: 'word', ...LOADED }],
    ["with Nest's own @Session()", '/nest', LOADED],
    ["with @Session('key')", '/key', 7],
    ["with @Session('key', pipe)", '/key-with-pipe', 8],
    ['when the method is inherited', '/inherited', LOADED],
    ['when the method overrides an inherited one', '/overridden', { by: 'Pages', ...LOADED }],
    ['when another decorator wraps the method, below the route', '/wrapped-inside', LOADED],
    ['when another decorator wraps the method, above the route', '/wrapped-outside', LOADED],
    ['when decorators are composed', '/applied', LOADED],
    ['when the controller has a request-scoped dependency', '/scoped', LOADED],
    ['when the controller is request-scoped', '/scoped-itself', LOADED],
  ])('%s', async (_, path, expected) => {
    expect(await reply(path)).toEqual(expected);
  });
});
