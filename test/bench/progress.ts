/** Says on stderr what is being measured, so that stdout is the report. */
export class Progress {
  readonly #start = performance.now();

  show(what: string): void {
    const seconds = Math.round((performance.now() - this.#start) / 1_000);
    process.stderr.write(`${String(seconds).padStart(5)} s  ${what}\n`);
  }
}
