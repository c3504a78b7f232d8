import { createHash } from 'node:crypto';

/** One statement. `Row` is the type of its rows, as its list of columns says. */
export interface Statement<Row = never> {
  /** The name of the prepared statement. It is a hash of the text, so that it means the same on every connection. */
  readonly name: string;
  readonly text: string;
  /** It reads the whole table: a late answer says nothing of its connection. */
  readonly isLong: boolean;
  /** Never set: only the compiler uses it, to know the type of the rows. */
  readonly row?: Row;
}

export function statement<Row = never>(text: string, isLong = false): Statement<Row> {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  // As inherited properties: `pg` copies the own properties of a query, by their descriptors, each time, which takes 2 µs.
  return Object.create({ name: `nestjs_sessions_${digest}`, text, isLong }) as Statement<Row>;
}
