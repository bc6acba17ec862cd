import type { ObjectChange } from "../catalog/change.ts";
import { systemClock } from "../clock.ts";
import type { WatchedDatabase } from "../config/types.ts";
import type { Logger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import type { Database, Sql } from "../postgres/types.ts";
import type { RoleContext } from "../roles.ts";
import { connectStore } from "../store/client.ts";
import { listenToStore } from "../store/events.ts";
import { enqueueRun } from "../store/queue.ts";
import { memoryLog, testConfig, testWatchList } from "../testing/role.ts";
import { until } from "../testing/until.ts";

/** What a worker needs, on the store at `url`; closed by `close`. */
export async function workerContext(
  url: string,
  options: {
    concurrency?: number;
    webhook?: RoleContext["config"]["webhook"];
    watched?: readonly WatchedDatabase[];
    log?: Logger;
  } = {},
) {
  const store = connectStore(url);
  const events = await listenToStore(store);
  const context: RoleContext = {
    config: testConfig("worker", {
      webhook: options.webhook ?? null,
      concurrency: options.concurrency ?? 10,
    }),
    clock: systemClock,
    log: options.log ?? memoryLog(),
    metrics: createMetrics(),
    store,
    events,
    watchList: testWatchList(options.watched),
  };
  const close = async () => {
    await events.close();
    await store.close();
  };
  return { context, close };
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

/** A breaking change for reports, with markup in its reason. */
export const narrowed: ObjectChange = {
  kind: "column",
  identity: "public.orders.total",
  action: "altered",
  attributes: { type: { before: "numeric(10,2)", after: "numeric(8,2)" } },
  compatibility: "breaking",
  lock: "ACCESS EXCLUSIVE",
  lockOn: "public.orders",
  rewrite: true,
  scan: true,
  why: "Totals <b>above</b> 999999.99 | are refused.",
  safer: "alter table orders add column total2 numeric(8,2);",
  rules: ["column-type-narrowed"],
};

/** A breaking change of these objects as the poller hands it over, with its run queued; returns the run's id. */
export function queueChange(
  store: Database,
  database: string,
  objects: readonly (ObjectChange & { readonly address?: string })[] = [narrowed],
): Promise<string> {
  return store.transaction(async (tx) => {
    const [run] = await tx.query<{ id: string }>(
      `with watched as (select id from schemawatch.database where name = $1),
       taken as (
         insert into schemawatch.snapshot (database_id, format, server_version_num, fingerprint, object_count)
         select id, 1, 150000, 'f', 1 from watched returning id, database_id),
       found as (
         insert into schemawatch.change (database_id, after_snapshot, cause, compatibility, breaking, risky, safe, summary)
         select database_id, id, 'gate', 'breaking', $2::integer, 0, 0, 'column public.orders.total altered' from taken
         returning id, database_id),
       listed as (
         insert into schemawatch.change_object (change_id, seq, kind, identity, action, compatibility, body)
         select found.id, place, body ->> 'kind', body ->> 'identity', body ->> 'action', body ->> 'compatibility', body
         from found, jsonb_array_elements($3::jsonb) with ordinality as body (body, place))
       insert into schemawatch.run (database_id, change_id, cause, state)
       select database_id, id, 'change', 'queued' from found returning id`,
      [database, objects.length, JSON.stringify(objects)],
    );
    const id = run?.id ?? "";
    await enqueueRun(tx, { id, database });
    return id;
  });
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
  return until(`run ${id} to be ${states.join(" or ")}`, ms, async () => {
    const [row] = await store.query<RunRow>("select * from schemawatch.run where id = $1::bigint", [id]);
    return row && states.includes(row.state) && row;
  });
}

export interface StepRow {
  readonly name: string;
  readonly state: string;
  readonly attempt: number;
  readonly output: unknown;
  readonly error: string | null;
}

/** The run's steps in order. */
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
