import type { PostgresDataSource } from '../connection/clients.js';
import { DEFAULT_TABLE, type SessionTableName } from './table-sql.js';

/** What a data source says of names. */
export interface TypeOrmNames extends Pick<PostgresDataSource, 'entityMetadatas'> {
  readonly options: { readonly schema?: unknown };
}

/**
 * The name of the table in a data source of TypeORM: that of the entity, where it has one. Its name may have a prefix
 * (`entityPrefix`) or be what a naming strategy makes of it, and its schema may be that of the data source. TypeORM knows its
 * entities when it is initialised.
 */
export function tableIn(
  { options, entityMetadatas = [] }: TypeOrmNames,
  { schema, table = DEFAULT_TABLE }: SessionTableName,
): SessionTableName {
  const entity = entityMetadatas.find(
    (metadata) => metadata.givenTableName === table && (schema === undefined || metadata.schema === schema),
  );
  const ofSource = typeof options.schema === 'string' ? options.schema : undefined;
  const where = schema ?? entity?.schema ?? ofSource;
  return { table: entity?.tableName ?? table, ...(where !== undefined && { schema: where }) };
}
