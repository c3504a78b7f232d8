import { MeasuredProcess } from '../measured-process.js';
import type { Load, LoadResult } from './load.js';

/** The load, in a process of its own. */
export class LoadGenerator {
  private constructor(private readonly process: MeasuredProcess) {}

  static async start(): Promise<LoadGenerator> {
    const [process] = await MeasuredProcess.start(new URL('./load.process.js', import.meta.url), {});
    return new LoadGenerator(process);
  }

  run(load: Load): Promise<LoadResult> {
    return this.process.ask(load);
  }

  /** Ends what runs, as soon as its last requests are answered. */
  stop(): void {
    this.process.tell('stop');
  }

  end(): Promise<void> {
    return this.process.end();
  }
}
