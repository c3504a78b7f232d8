/** A list of secrets whose last one counts how often something is signed or verified with it. */
export class CountedSecret {
  uses = 0;
  readonly secrets: [string, ...string[]] = ['secret'];

  constructor(...before: string[]) {
    this.secrets.unshift(...before);
    Object.defineProperty(this.secrets, before.length, {
      get: () => {
        this.uses += 1;
        return 'secret';
      },
    });
  }
}
