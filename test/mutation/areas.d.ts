export interface Area {
  /** Globs of what faults are put into. */
  readonly mutate: readonly string[];
  /** The files of its tests, from `test` on. */
  readonly specs: readonly string[];
  /** They need no application and no server. */
  readonly isShort?: true;
}

export const areas: Readonly<Record<string, Area>>;

export function chosenArea(): Area & { readonly name: string };
