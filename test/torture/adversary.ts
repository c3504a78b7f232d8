import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, AttackKind, PlannedAttack } from './attack-plan.js';
import type { History } from './history.js';
import type { Place } from './place.js';
import type { TorturedProcess } from './tortured-process.js';

/** Carries out what was planned, on processes and on their way to the store. */
export class Adversary {
  readonly tally = new Map<AttackKind | 'left out', number>();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly processes: readonly TorturedProcess[],
    private readonly place: Place,
    private readonly history: History,
  ) {}

  /** What the store of this place can be attacked with. */
  static kindsFor(
    { specs, proxies, terminate, failOver, loseOne, sharesPool, noticesSilence }: Place,
    withRestarts: boolean,
  ): AttackKind[] {
    return [
      'sleep',
      ...(specs.length > 1 ? (['kill'] as const) : []),
      ...(proxies.length > 0 ? (['cut connections', 'cut after bytes', 'black hole'] as const) : []),
      ...(terminate ? (['terminate backends'] as const) : []),
      ...(failOver ? (['fail over'] as const) : []),
      ...(loseOne ? (['lose a server'] as const) : []),
      ...(noticesSilence ? (['forget connections'] as const) : []),
      ...(sharesPool ? (['leave transactions'] as const) : []),
      ...(withRestarts ? (['restart server'] as const) : []),
    ];
  }

  /** Goes on until it is over, and then waits until everything has recovered. */
  async attack(plan: Iterable<PlannedAttack>, isOver: () => boolean): Promise<void> {
    for (const { after, attack } of plan) {
      for (let waited = 0; waited < after && !isOver(); waited += 50) await sleep(Math.min(50, after - waited));
      if (isOver()) break;
      this.#carryOut(attack);
    }
    await Promise.all(this.#running);
    await Promise.all(this.processes.map((process) => process.recovered()));
  }

  #carryOut(attack: Attack): void {
    const target = 'process' in attack ? this.processes[attack.process] : undefined;
    const isLeftOut = target?.isUnderAttack === true || (attack.kind === 'kill' && this.#isOneDown);
    const what = isLeftOut ? 'left out' : attack.kind;
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
    if (isLeftOut) return;
    const running = this.#strike(attack, target).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** One at a time: a machine with few processors takes long to start another, and the rest has to go on meanwhile. */
  get #isOneDown(): boolean {
    return this.processes.some(({ isDown }) => isDown);
  }

  async #strike(attack: Attack, target: TorturedProcess | undefined): Promise<void> {
    const proxy = 'process' in attack ? this.place.proxies[attack.process] : undefined;
    switch (attack.kind) {
      case 'kill':
        return target?.killAndReplace();
      case 'sleep':
        return target?.sleep(attack.milliseconds);
      case 'cut connections':
        return proxy?.killAll();
      case 'forget connections':
        return proxy?.forgetConnections();
      case 'leave transactions':
        return target?.leaveTransactions();
      case 'fail over':
        await this.place.failOver?.(attack.milliseconds);
        return;
      case 'cut after bytes':
        return proxy?.cutOnce(attack.direction, attack.bytes);
      case 'black hole':
        return proxy?.swallow(attack.milliseconds);
      case 'terminate backends':
        await this.place.terminate?.();
        return;
      case 'lose a server':
        return this.#forget(() => this.place.loseOne?.(attack.milliseconds));
      case 'restart server':
        return this.#forget(() => this.place.restart?.());
    }
  }

  /** Before a server stops and after it is back: what began in between may have been forgotten as well. */
  async #forget(restart: () => Promise<unknown> | undefined): Promise<void> {
    this.history.losses += 1;
    await restart();
    this.history.losses += 1;
  }
}
