import type { EntitySchemaOptions } from 'typeorm';
import type { EndReason } from '../../../interfaces/session-record.interface.js';
import { checkName, DEFAULT_TABLE, indexName, type SessionTableName } from './table-sql.js';

/** A row of the table, as TypeORM reads it. */
export interface SessionRow {
  id: string;
  /** `null` in a tombstone. */
  data: string | null;
  version: string;
  createdAt: Date;
  expiresAt: Date;
  /** Why this is a tombstone; `null` while the session lives. */
  endReason: EndReason | null;
  lockToken: string | null;
  lockUntil: Date | null;
  lockHolder: string | null;
}

/**
 * The table as an entity of TypeORM, so that `synchronize` and generated migrations know it. `SessionEntity` is the one of the
 * default name.
 *
 * TypeORM recognises an `EntitySchema` by the mark in `@instanceof`. Without the class, TypeORM need not be installed where only
 * `pg` is used. `synchronize` creates pages without room for updates: the table of `CreateSessionTable` is faster.
 *
 * @throws SessionsConfigError when the name cannot be that of a table.
 */
export function sessionEntity(where: SessionTableName = {}) {
  checkName(where);
  const { schema, table = DEFAULT_TABLE } = where;
  // TypeORM tells entities apart by their names: two tables in one data source are two entities.
  const name = ['SessionEntity', where.schema, where.table].filter((part) => part !== undefined).join('_');
  return {
    '@instanceof': Symbol.for('EntitySchema'),
    name,
    options: {
      name,
      tableName: table,
      ...(schema !== undefined && { schema }),
      columns: {
        id: { name: 'id', type: 'text', primary: true, collation: 'C' },
        data: { name: 'data', type: 'text', nullable: true },
        version: { name: 'version', type: 'uuid' },
        createdAt: { name: 'created_at', type: 'timestamptz' },
        expiresAt: { name: 'expires_at', type: 'timestamptz' },
        endReason: { name: 'end_reason', type: 'text', nullable: true },
        lockToken: { name: 'lock_token', type: 'text', nullable: true },
        lockUntil: { name: 'lock_until', type: 'timestamptz', nullable: true },
        lockHolder: { name: 'lock_holder', type: 'text', nullable: true },
      },
      indices: [{ name: indexName(where), columns: ['expiresAt'] }],
    } satisfies EntitySchemaOptions<SessionRow>,
  };
}

/** The entity of the table of the default name: see `sessionEntity()`. */
export const SessionEntity = sessionEntity();
