import { Controller, Get, Param, Post } from '@nestjs/common';
import { Gate } from '../basics/gate.js';

const gates = new Map<string, Gate>();

/** The gate of this name in this process; made when somebody first asks for it. */
export function gate(name: string): Gate {
  const found = gates.get(name) ?? new Gate();
  gates.set(name, found);
  return found;
}

/** Gates by name, for a test that holds up a handler in another process. */
@Controller('gates')
export class GatesController {
  @Get(':name/reached') async reached(@Param('name') name: string): Promise<void> {
    await gate(name).reached;
  }

  @Post(':name/open') open(@Param('name') name: string): void {
    gate(name).open();
  }
}
