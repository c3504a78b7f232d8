import type { Contender, Group } from './contenders.js';
import type { Places } from './places.js';
import type { Progress } from './progress.js';
import type { Sample } from './sample.js';
import { Subject } from './subject.js';
import type { Tools, Workload } from './workloads/workload.js';

/** Workloads that change how much is stored: by each contender of a group alone. */
export class Round {
  constructor(
    private readonly group: Group,
    private readonly number: number,
    private readonly places: Places,
    private readonly tools: Tools,
    private readonly progress: Progress,
  ) {}

  async run(workloads: readonly Workload[]): Promise<readonly Sample[]> {
    const samples: Sample[] = [];
    for (const contender of this.group.contenders) {
      const wanted = workloads.filter((workload) => workload.isFor(contender));
      const turns = this.tools.effort.isOneProcess ? [wanted] : wanted.map((workload) => [workload]);
      for (const turn of turns) {
        samples.push(...(await this.#oneProcess(contender, turn)));
      }
    }
    return samples;
  }

  async #oneProcess(contender: Contender, workloads: readonly Workload[]): Promise<readonly Sample[]> {
    if (workloads.length === 0) {
      return [];
    }
    const subject = await Subject.start(contender, this.places, this.tools.effort.visitors);
    try {
      const samples: Sample[] = [];
      for (const workload of workloads) {
        this.progress.show(`${this.group.name}, ${workload.name}: ${contender.name}`);
        for (const { name, figures } of await workload.measure(subject, this.tools)) {
          const { kind } = contender;
          const about = { group: this.group.name, contender: contender.name, kind, round: this.number };
          samples.push({ ...about, workload: name, figures });
        }
      }
      return samples;
    } finally {
      await subject.end();
    }
  }
}
