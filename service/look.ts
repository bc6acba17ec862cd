import {
  type GateReading,
  moved,
  ROW_VERSION_CLOSED,
  readGate,
  readRowVersion,
  readRowVersionWithin,
} from "./catalog/gate.ts";
import type { Snapshot } from "./catalog/model.ts";
import { type ReadOptions, readSnapshot } from "./catalog/snapshot.ts";
import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { sqlState } from "./postgres/errors.ts";
import type { Database, Sql } from "./postgres/types.ts";

/** What an exact look read. */
export interface Seen {
  readonly snapshot: Snapshot;
  /** The last gate reading before the snapshot: a later one that differs from it means that another look is owed. */
  readonly gate: GateReading;
  /** Of the same transaction as the snapshot; null where that was left out. */
  readonly rowVersion: string | null;
  /** False when the catalog moved during every look: the snapshot may mix two states. */
  readonly quiet: boolean;
}

export interface Limits<Beside> {
  /** Looks in a row, at most. */
  readonly most: number;
  /** For each. */
  readonly deadlineMs: number;
  /** Read first thing in the transaction of the look, so that both see the same. It must leave the transaction unharmed. */
  readonly beside?: ((tx: Sql) => Promise<Beside>) | undefined;
  /** Leaves out the row version where only what changed is read: on thousands of tables it takes longer than that. */
  readonly urgent?: boolean;
  /** Of the process. */
  readonly clock: Clock;
}

/** What a server answers when an object went away between the transaction's snapshot and a pg_get_*def of it. */
const GONE_MEANWHILE: ReadonlySet<string | undefined> = new Set([
  "XX000",
  "42P01",
  "42703",
  "42704",
  "42883",
]);

/** A look that gave way to a lock of DDL is taken again after a pause, during which it holds nothing, until so much time is gone. */
const PATIENCE_MS = 2000;
const PAUSE_MS = 100;

/**
 * Takes an exact look: one REPEATABLE READ transaction. `before` was read from the gate just now. The gate is read again
 * at the end of the transaction (for the first time in it: a transaction sees each counter as it was when it first asked),
 * and when it moved meanwhile, the look is repeated, up to `most` times in all, because pg_get_*def functions read the
 * newest catalog and not the transaction's. The counters of earlier DDL often come in only now, so it is not repeated when
 * the row versions are as the look had them: then it counts, with the earlier gate reading, and the next tick looks again.
 * Rejects with AppError "unavailable" that names the locked relation when DDL holds it for longer than a look is tried.
 */
export async function takeLook<Beside = undefined>(
  database: Database,
  before: GateReading,
  options: ReadOptions,
  { most, deadlineMs, beside, urgent = false, clock }: Limits<Beside>,
): Promise<Seen & { readonly beside: Beside | undefined }> {
  let gate = before;
  const giveUp = clock.monotonic() + PATIENCE_MS;
  for (let nth = 1; ; nth += 1) {
    const last = nth === most;
    try {
      const { after, ...seen } = await lookOnce(database, options, deadlineMs, beside, urgent);
      const quiet = moved(gate, after) === null || (await isUnmoved(database, seen.rowVersion));
      if (last || quiet) return { ...seen, gate, quiet };
      gate = after;
    } catch (error) {
      if (isLocked(error)) {
        if (clock.monotonic() >= giveUp) throw await locked(database, error);
        nth -= 1;
        await clock.sleep(PAUSE_MS);
        continue;
      }
      if (last || !GONE_MEANWHILE.has(sqlState(error))) throw error;
      gate = await readGate(database);
    }
  }
}

/** SQLSTATE lock_not_available: pg_get_expr and pg_get_viewdef lock what they print, if only against being dropped. */
function isLocked(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

/** The locks that a look waits for; others than ACCESS EXCLUSIVE do not stop it (manual, 13.3.1). Everybody may see them. */
const LOCKS = `
  select l.relation::regclass::text as relation, l.pid, a.usename as role, nullif(a.application_name, '') as application
  from pg_locks l
  left join pg_stat_activity a on a.pid = l.pid
  where l.granted and l.mode = 'AccessExclusiveLock' and l.relation >= 16384 and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and l.relation in (select oid from pg_class where relkind in ('r', 'p', 'v', 'm', 'f'))
  order by a.xact_start, l.relation
  limit 3`;

interface LockRow {
  readonly relation: string;
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
}

async function locked(database: Database, cause: unknown): Promise<AppError> {
  const rows = await database.query<LockRow>(LOCKS, []).catch(() => []);
  const held = rows.map(
    ({ relation, pid, role, application }) =>
      `${relation} by process ${pid} (${[role ?? "unknown role", application].filter(Boolean).join(", ")})`,
  );
  const told = held.length === 0 ? "" : `: locked are ${held.join("; ")}`;
  return new AppError("unavailable", `The look gave way to a lock that DDL under way holds${told}.`, {
    mend: "It goes on when that transaction ends; see pg_locks for who holds the lock.",
    cause,
  });
}

async function isUnmoved(database: Database, rowVersion: string | null): Promise<boolean> {
  if (rowVersion === null || rowVersion === ROW_VERSION_CLOSED) return false;
  return rowVersion === (await readRowVersion(database));
}

function lookOnce<Beside>(
  database: Database,
  options: ReadOptions,
  deadlineMs: number,
  beside: Limits<Beside>["beside"],
  urgent: boolean,
) {
  return database.transaction(
    async (tx) => {
      const read = await beside?.(tx);
      const brief = urgent && options.previous?.standing !== undefined;
      let asked: Promise<string | null> | undefined;
      const onSent = () => {
        asked ??= readRowVersionWithin(tx).catch(() => null);
      };
      const snapshot = await readSnapshot(tx, brief ? options : { ...options, onSent });
      const rowVersion = brief ? null : ((await asked) ?? (await readRowVersionWithin(tx)));
      return { snapshot, rowVersion, after: await readGate(tx), beside: read };
    },
    { readOnly: true, isolation: "repeatable read", deadlineMs },
  );
}
