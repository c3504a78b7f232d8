import type { Group } from './contenders.js';
import type { Places } from './places.js';
import type { Progress } from './progress.js';
import type { Sample } from './sample.js';
import { Subject } from './subject.js';
import type { Tools, Workload } from './workloads/workload.js';

/** All workloads by all contenders of a group, turn and turn about, so that what disturbs one disturbs its neighbours. */
export class Round {
  readonly samples: Sample[] = [];

  constructor(
    private readonly group: Group,
    private readonly number: number,
    private readonly places: Places,
    private readonly tools: Tools,
    private readonly progress: Progress,
  ) {}

  async run(workloads: readonly Workload[]): Promise<readonly Sample[]> {
    const isApart = ({ isAlone }: Workload): boolean => isAlone && !this.tools.effort.isCheck;
    await this.#together(workloads.filter((workload) => !isApart(workload)));
    for (const workload of workloads.filter(isApart)) await this.#oneByOne(workload);
    return this.samples;
  }

  /** One process for each contender, for as long as the round lasts. */
  async #together(workloads: readonly Workload[]): Promise<void> {
    if (workloads.length === 0) return;
    const subjects: Subject[] = [];
    try {
      const starting = this.group.contenders.map((contender) =>
        Subject.start(contender, this.places, this.tools.effort.visitors),
      );
      subjects.push(...(await Promise.all(starting)));
      for (const workload of workloads) {
        await this.#measure(
          workload,
          subjects.filter(({ contender }) => workload.isFor(contender)),
        );
      }
    } finally {
      for (const subject of subjects) await subject.end();
    }
  }

  /** A process of its own for each contender. */
  async #oneByOne(workload: Workload): Promise<void> {
    for (const contender of this.group.contenders.filter((one) => workload.isFor(one))) {
      const subject = await Subject.start(contender, this.places, this.tools.effort.visitors);
      try {
        await this.#measure(workload, [subject]);
      } finally {
        await subject.end();
      }
    }
  }

  async #measure(workload: Workload, subjects: readonly Subject[]): Promise<void> {
    const names = subjects.map(({ contender }) => contender.name).join(' / ');
    this.progress.show(`${this.group.name}, ${workload.name}: ${names}`);
    for (const { contender, name, figures } of await workload.measure(subjects, this.tools)) {
      this.samples.push({
        group: this.group.name,
        contender: contender.name,
        kind: contender.kind,
        round: this.number,
        workload: name,
        figures,
      });
    }
  }
}
