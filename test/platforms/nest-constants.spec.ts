import { Session, Sse } from '@nestjs/common';
import {
  FILTER_CATCH_EXCEPTIONS,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  MODULE_METADATA,
  ROUTE_ARGS_METADATA,
  SSE_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import {
  CAUGHT,
  GUARDS,
  IMPORTS,
  INTERCEPTORS,
  NEST_SESSION_PARAMETER,
  ROUTE_ARGUMENTS,
  SSE,
} from '../../lib/nest.constants.js';

describe('The names of the metadata', () => {
  it('are those of the Nest that is installed', () => {
    expect({ CAUGHT, GUARDS, IMPORTS, INTERCEPTORS, ROUTE_ARGUMENTS, SSE, NEST_SESSION_PARAMETER }).toEqual({
      CAUGHT: FILTER_CATCH_EXCEPTIONS,
      GUARDS: GUARDS_METADATA,
      IMPORTS: MODULE_METADATA.IMPORTS,
      INTERCEPTORS: INTERCEPTORS_METADATA,
      ROUTE_ARGUMENTS: ROUTE_ARGS_METADATA,
      SSE: SSE_METADATA,
      NEST_SESSION_PARAMETER: `${RouteParamtypes.SESSION}:`,
    });
  });

  it("are where Nest's decorators put them", () => {
    class Visits {
      @Sse() stream(@Session() session: unknown): unknown {
        return session;
      }
    }

    const parameters = Reflect.getMetadata(ROUTE_ARGUMENTS, Visits, 'stream') as object;

    expect(Object.keys(parameters)).toEqual([`${NEST_SESSION_PARAMETER}0`]);
    expect(Reflect.getMetadata(SSE, Visits.prototype.stream)).toBe(true);
  });
});
