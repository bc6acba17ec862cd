import { type Clock, systemClock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Database, Sql } from "../postgres/types.ts";
import { type Migration, migrations as released } from "./migrations/index.ts";

/** The advisory lock under which the store's schema changes; any number nobody else uses ("schemawa" in hexadecimal). */
const LOCK = "8314880531286980449";
/** For one statement of a migration, and for waiting until another process is done with its own. */
const DEADLINE_MS = 120_000;
const RETRY_MS = 50;

export interface MigrateOptions {
  /**
   * Other schemas of the store (the queue's), brought up to date under the same lock, in order, each time. They get the
   * locked session, outside a transaction.
   */
  readonly also?: readonly ((session: Sql) => Promise<void>)[];
  /** What is to be applied; the released ones unless a test says otherwise. */
  readonly migrations?: readonly Migration[];
  readonly clock?: Clock;
}

/**
 * Brings the store up to date; several processes may do so at once. Returns what was applied. Throws AppError
 * "conflict" when the store is newer than this program, and "timeout" when another process holds the lock too long.
 */
export async function migrate(store: Database, options: MigrateOptions = {}): Promise<readonly Migration[]> {
  const { also = [], migrations = released, clock = systemClock } = options;
  // A store that does not answer is told within the client's own deadline; a migration may take longer than that.
  await store.query("select 1", []);
  return store.reserve(
    async (session) => {
      await lock(session, clock);
      const version = await storeVersion(session);
      const latest = migrations.at(-1)?.version ?? 0;
      if (version > latest) throw tooNew(version, latest);
      const pending = migrations.filter((migration) => migration.version > version);
      for (const migration of pending) await apply(session, migration);
      for (const prepare of also) await prepare(session);
      // The lock ends with the session.
      return pending;
    },
    { deadlineMs: DEADLINE_MS },
  );
}

/** The number of the last migration the store has seen; 0 for an empty database. */
export async function storeVersion(sql: Sql): Promise<number> {
  const [table] = await sql.query<{ there: boolean }>(
    "select to_regclass('schemawatch.migration') is not null as there",
    [],
  );
  if (!table?.there) return 0;
  const [row] = await sql.query<{ version: number }>(
    "select coalesce(max(version), 0) as version from schemawatch.migration",
    [],
  );
  return row?.version ?? 0;
}

async function lock(session: Sql, clock: Clock): Promise<void> {
  const end = clock.monotonic() + DEADLINE_MS;
  for (;;) {
    const [row] = await session.query<{ locked: boolean }>("select pg_try_advisory_lock($1) as locked", [
      LOCK,
    ]);
    if (row?.locked) return;
    if (clock.monotonic() > end) {
      throw new AppError(
        "timeout",
        `Another process has been migrating the store for ${DEADLINE_MS / 1000} s.`,
        {
          mend: "Look at its log; the lock ends with its connection.",
        },
      );
    }
    await clock.sleep(RETRY_MS);
  }
}

/** One migration and the note of it, together or not at all. */
async function apply(session: Sql, { version, name, sql }: Migration): Promise<void> {
  await session.query("begin");
  try {
    await session.query(`create schema if not exists schemawatch;
      create table if not exists schemawatch.migration (
        version integer primary key, name text not null, applied_at timestamptz not null default now())`);
    await session.query(sql);
    await session.query("insert into schemawatch.migration (version, name) values ($1, $2)", [version, name]);
    await session.query("commit");
  } catch (error) {
    await session.query("rollback").catch(() => {}); // the session may be what was lost
    throw error;
  }
}

function tooNew(version: number, latest: number): AppError {
  return new AppError("conflict", `The store is at version ${version}, this program knows ${latest}.`, {
    mend: "Run the release that migrated the store, or a newer one.",
  });
}
