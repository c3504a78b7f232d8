import { COLUMNS } from './table-sql.js';

type Column = (typeof COLUMNS)[number];

export interface ColumnRow {
  readonly name: string;
  /** As `format_type()` writes it. */
  readonly type: string;
}

/** A text as it was written, of any length. */
const TEXT = /^(text|character varying)$/;
/** An instant, whatever the time zone of the connection is, to the millisecond at least. */
const INSTANT = /^timestamp(\([3-6]\))? with time zone$/;

const TYPES: Readonly<Record<Column, { readonly type: RegExp; readonly name: string }>> = {
  id: { type: TEXT, name: 'text' },
  data: { type: TEXT, name: 'text' },
  version: { type: /^uuid$/, name: 'uuid' },
  created_at: { type: INSTANT, name: 'timestamptz' },
  expires_at: { type: INSTANT, name: 'timestamptz' },
  end_reason: { type: TEXT, name: 'text' },
  lock_token: { type: TEXT, name: 'text' },
  lock_until: { type: INSTANT, name: 'timestamptz' },
  lock_holder: { type: TEXT, name: 'text' },
};

/** What is wrong with the columns of the table, in words; empty when nothing is. */
export function wrongColumns(rows: readonly ColumnRow[]): string[] {
  const found = new Map(rows.map(({ name, type }) => [name, type]));
  return COLUMNS.flatMap((column) => {
    const type = found.get(column);
    if (type === undefined) {
      return [`${column} is missing`];
    }
    return TYPES[column].type.test(type) ? [] : [`${column} is of type ${type} and not ${TYPES[column].name}`];
  });
}
