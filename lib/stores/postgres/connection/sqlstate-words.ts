/** What an operator can do something about, by SQLSTATE (PostgreSQL, appendix A). They name no host, no statement and no value. */
const WORDS: Readonly<Record<string, string>> = {
  '08P01': 'it refuses the protocol: a pgbouncer in statement mode, perhaps, which needs pool_mode = transaction',
  '25006': 'the server is read-only: a standby, or default_transaction_read_only',
  '28000': 'it does not let the role in: the role may not log in, or not without TLS or from here (pg_hba.conf)',
  '28P01': 'it refuses the password of the role',
  '3D000': 'there is no database of that name',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53300': 'it has no connection to spare: max_connections, or the limit of the role or of the database',
  '55P03': 'it did not get a lock within lock_timeout, as while the table is altered',
  '57014': 'it canceled the statement: statement_timeout, or an administrator',
  '57P01': 'an administrator ended the connection',
  '57P02': 'it crashed',
  '57P03': 'it is starting, recovering or shutting down',
  '57P04': 'the database was dropped',
  '57P05': 'it ended a connection that was idle (idle_session_timeout)',
};

/** The same for all others of a class, which are the first two characters. */
const WORDS_FOR_CLASSES: Readonly<Record<string, string>> = {
  '22': 'it refuses a value',
  '23': 'a constraint of the table refuses what the store writes',
  '53': 'it is out of something that it needs',
  '54': 'one of its limits was reached',
  '58': 'its system failed, a disk perhaps',
  XX: 'it is damaged, or has a defect',
};

/** What a state means, for a log that is read by people; the state itself is in it. */
export function wordsFor(state: string): string {
  const words = WORDS[state] ?? WORDS_FOR_CLASSES[state.slice(0, 2)];
  return words === undefined ? `SQLSTATE ${state}` : `${words} (SQLSTATE ${state})`;
}
