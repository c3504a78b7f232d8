/** A secret that counts how often something is signed or verified with it. */
export class CountedSecret {
  uses = 0;
  readonly secrets: [string] = ['secret'];

  constructor() {
    Object.defineProperty(this.secrets, 0, {
      get: () => {
        this.uses += 1;
        return 'secret';
      },
    });
  }
}
