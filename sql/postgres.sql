-- The table of PostgresStore. It does nothing where the table exists.
CREATE TABLE IF NOT EXISTS "nestjs_sessions" (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  data text,
  version uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  end_reason text,
  lock_token text,
  lock_until timestamptz,
  lock_holder text
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS "nestjs_sessions_expires_at" ON "nestjs_sessions" (expires_at);
