export type ViolationKind =
  | 'a lost count'
  | 'a count too many'
  | 'a count given twice'
  | 'a count out of order'
  | 'a key undone'
  | 'a session revived'
  | 'two valid ids for one login'
  | 'a lost login'
  | 'a lost session'
  | 'an unexpected answer'
  | 'an id in the store'
  | 'something left behind'
  | 'no bite';

/** A promise that was broken, and what shows it. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly evidence: string;
}
