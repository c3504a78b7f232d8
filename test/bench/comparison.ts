import type { Duel } from './contenders.js';
import type { Effort } from './effort.js';
import type { LoadGenerator } from './load/load-generator.js';
import type { Pair } from './pair.js';
import type { Places } from './places.js';
import type { Progress } from './progress.js';
import { measureSlice, send } from './slice.js';
import { Subject } from './subject.js';
import type { ComparedWorkload } from './workloads/compared.js';

/**
 * Ours beside a rival, both in a process that runs all the time: short slices in turn (A B B A ...), so that what disturbs one
 * disturbs the other as much. Only the ratio of two adjacent slices is a figure; both applications are started several times,
 * since one process is not like the next.
 */
export class Comparison {
  constructor(
    private readonly duel: Duel,
    private readonly places: Places,
    private readonly load: LoadGenerator,
    private readonly effort: Effort,
    private readonly progress: Progress,
  ) {}

  async run(workloads: readonly ComparedWorkload[]): Promise<readonly Pair[]> {
    const wanted = workloads.filter((workload) => workload.isFor(this.duel));
    const found: Pair[] = [];
    if (wanted.length > 0) {
      for (let start = 0; start < this.effort.starts; start += 1) {
        found.push(...(await this.#oneStart(wanted, start)));
      }
    }
    return found;
  }

  async #oneStart(workloads: readonly ComparedWorkload[], start: number): Promise<readonly Pair[]> {
    const { visitors } = this.effort;
    const ours = await Subject.start(this.duel.ours, this.places, visitors);
    try {
      const rival = await Subject.start(this.duel.rival, this.places, visitors);
      try {
        const found: Pair[] = [];
        for (const workload of workloads) {
          this.progress.show(`${this.duel.name}, ${workload.name}: start ${start + 1} of ${this.effort.starts}`);
          found.push(...(await this.#pairs(workload, ours, rival, start)));
        }
        return found;
      } finally {
        await rival.end();
      }
    } finally {
      await ours.end();
    }
  }

  async #pairs(workload: ComparedWorkload, ours: Subject, rival: Subject, start: number): Promise<readonly Pair[]> {
    const { warmUp, slice } = this.effort;
    for (const subject of [ours, rival]) {
      await send(subject, workload.request, this.load, { requests: warmUp });
    }
    const found: Pair[] = [];
    while (found.length < this.#pairsOf(start)) {
      const order = (found.length + start) % 2 === 0 ? [ours, rival] : [rival, ours];
      const slices = new Map<Subject, Pair['ours']>();
      for (const subject of order) {
        slices.set(subject, await measureSlice(subject, workload.request, this.load, slice));
      }
      const [mine, theirs] = [slices.get(ours), slices.get(rival)];
      if (mine !== undefined && theirs !== undefined) {
        found.push({ duel: this.duel.name, workload: workload.name, start, ours: mine, theirs });
      }
    }
    return found;
  }

  /** All pairs, dealt out to the starts. */
  #pairsOf(start: number): number {
    const { pairs, starts } = this.effort;
    return Math.floor((pairs * (start + 1)) / starts) - Math.floor((pairs * start) / starts);
  }
}
