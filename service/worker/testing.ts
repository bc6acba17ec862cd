import { systemClock } from "../clock.ts";
import type { WatchList } from "../config/types.ts";
import type { Logger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { connect } from "../postgres/client.ts";
import type { Database, Sql } from "../postgres/types.ts";
import type { RoleContext } from "../roles.ts";
import { listenToStore } from "../store/events.ts";
import { enqueueRun } from "../store/queue.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";

/** A logger that keeps what it is told, for tests. */
export function quietLog(lines: string[] = []): Logger {
  const note = (fields: object, message: string) => {
    lines.push(`${message} ${Bun.inspect(fields)}`);
  };
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
  return log;
}

/** What a worker needs, on the store at `url`; closed by `close`. */
export async function workerContext(
  url: string,
  options: {
    concurrency?: number;
    webhook?: RoleContext["config"]["webhook"];
    watched?: WatchList["current"];
    log?: Logger;
  } = {},
) {
  const store = connect({
    url,
    applicationName: "schemawatch store",
    maxConnections: 10,
    deadlineMs: 10_000,
  });
  const events = await listenToStore(store);
  const context: RoleContext = {
    config: {
      role: "worker",
      databaseUrl: url,
      dataDir: "",
      host: "127.0.0.1",
      port: 0,
      portNamed: false,
      authFile: null,
      watch: { from: "sample" },
      webhook: options.webhook ?? null,
      logFormat: "json",
      logLevel: "info",
      concurrency: options.concurrency ?? 10,
      shutdownMs: 10_000,
    },
    clock: systemClock,
    log: options.log ?? quietLog(),
    metrics: createMetrics(),
    store,
    events,
    watchList: {
      current: options.watched ?? (() => []),
      fault: () => null,
      onChange: () => () => {},
      close: () => {},
    },
  };
  const close = async () => {
    await events.close();
    await store.close();
  };
  return { context, close };
}

/** A migrated store with its queue and the databases of these names. */
export async function storeWith(...names: string[]): Promise<TestDatabase> {
  const made = await testDatabase({ template: "store" });
  await made.db.query(
    `insert into schemawatch.database (name, interval_ms, exact_every_ms)
     select name, 1000, 300000 from unnest($1::text[]) as name`,
    [names],
  );
  return made;
}

/** A run with an unchanged look, queued as the poller does it; returns its id. */
export async function queueRun(store: Database, database: string, look: object = UNCHANGED): Promise<string> {
  return store.transaction(async (tx) => {
    const id = await insertRun(tx, database, look);
    await enqueueRun(tx, { id, database });
    return id;
  });
}

const UNCHANGED = { outcome: "unchanged", at: "2026-01-02T03:04:05.000Z", ms: 4, objects: 12, reason: null };

async function insertRun(tx: Sql, database: string, look: object): Promise<string> {
  const [row] = await tx.query<{ id: string }>(
    `insert into schemawatch.run (database_id, cause, state, look)
     select id, 'request', 'queued', $2::jsonb from schemawatch.database where name = $1 returning id`,
    [database, JSON.stringify(look)],
  );
  if (!row) throw new Error(`no database ${database}`);
  return row.id;
}

export interface RunRow {
  readonly state: string;
  readonly attempt: number;
  readonly summary: string | null;
  readonly error: string | null;
  readonly report_markdown: string | null;
  readonly report_html: string | null;
}

/** Resolves with the run once it is in one of the states (by default: ended); rejects after `ms`. */
export async function runUntil(
  store: Database,
  id: string,
  states: readonly string[] = ["succeeded", "failed", "cancelled"],
  ms = 8000,
): Promise<RunRow> {
  const end = performance.now() + ms;
  for (;;) {
    const [row] = await store.query<RunRow>("select * from schemawatch.run where id = $1::bigint", [id]);
    if (row && states.includes(row.state)) return row;
    if (performance.now() > end) throw new Error(`run ${id} is still ${row?.state}`);
    await Bun.sleep(5);
  }
}

export interface StepRow {
  readonly name: string;
  readonly state: string;
  readonly attempt: number;
  readonly output: unknown;
  readonly error: string | null;
}

export function stepsOf(store: Database, id: string): Promise<StepRow[]> {
  return store.query<StepRow>(
    "select name, state, attempt, output, error from schemawatch.step where run_id = $1::bigint order by position",
    [id],
  );
}

/** The run's events in order, as "step state: message" or "step level: message". */
export async function eventsOf(store: Database, id: string): Promise<string[]> {
  const rows = await store.query<Record<string, string>>(
    "select seq, type, step, coalesce(state, level) as what, message from schemawatch.run_event where run_id = $1::bigint order by seq",
    [id],
  );
  return rows.map(({ step, what, message }) => `${step ?? "run"} ${what}: ${message}`);
}
