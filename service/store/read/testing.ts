import type { Compatibility, ObjectChange } from "../../catalog/change.ts";
import type { Database } from "../../postgres/types.ts";
import type { RunState } from "../models.ts";

/** Rows as the poller and the worker leave them, for tests of what reads them. Each returns the id. */

export async function seedDatabase(
  store: Database,
  name: string,
  columns: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  return insert(store, "database", { name, interval_ms: 1000, exact_every_ms: 300_000, ...columns });
}

export async function seedSnapshot(store: Database, databaseId: number, objects = 3): Promise<number> {
  const id = await insert(store, "snapshot", {
    database_id: databaseId,
    format: 3,
    server_version_num: 180_004,
    fingerprint: "f00d",
    object_count: objects,
    unreadable: ["policies of s.t"],
  });
  await store.query("update schemawatch.database set snapshot_id = $2 where id = $1", [databaseId, id]);
  return id;
}

/** A change of so many objects, which are all judged the same; hoursAgo moves it back. */
export async function seedChange(
  store: Database,
  databaseId: number,
  options: { compatibility?: Compatibility; objects?: number; hoursAgo?: number } = {},
): Promise<number> {
  const { compatibility = "safe", objects = 1, hoursAgo = 0 } = options;
  const snapshot = await seedSnapshot(store, databaseId);
  const id = await insert(store, "change", {
    database_id: databaseId,
    after_snapshot: snapshot,
    found_at: new Date(Date.now() - hoursAgo * 3_600_000),
    cause: "gate",
    compatibility,
    breaking: compatibility === "breaking" ? objects : 0,
    risky: compatibility === "risky" ? objects : 0,
    safe: compatibility === "safe" ? objects : 0,
    summary: `${objects} objects`,
    impact: { dependents: [], relations: [], limits: [] },
  });
  for (let seq = 1; seq <= objects; seq++) {
    const body = objectChange(`public.t.c${seq}`, compatibility);
    await store.query("insert into schemawatch.change_object values ($1, $2, $3, $4, $5, $6, $7::jsonb)", [
      id,
      seq,
      body.kind,
      body.identity,
      body.action,
      compatibility,
      body,
    ]);
  }
  return id;
}

export function objectChange(identity: string, compatibility: Compatibility = "safe"): ObjectChange {
  return {
    kind: "column",
    identity,
    action: "altered",
    attributes: { type: { before: "integer", after: "bigint" }, default: { before: null, after: "0" } },
    parent: { kind: "table", identity: "public.t" },
    compatibility,
    lock: "ACCESS EXCLUSIVE",
    lockOn: "public.t",
    rewrite: true,
    scan: false,
    why: "Its values are written again.",
    safer: null,
    rules: ["column-type-rewritten"],
  };
}

export async function seedRun(
  store: Database,
  databaseId: number,
  state: RunState,
  columns: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  return insert(store, "run", { database_id: databaseId, cause: "request", state, ...columns });
}

/** Adds log lines to a run and, with a state, ends it, in one transaction and with the notice, as the worker does. */
export async function seedEvents(
  store: Database,
  runId: number,
  messages: readonly string[],
  state?: RunState,
): Promise<void> {
  await store.query(
    `with run as (
       update schemawatch.run set last_seq = last_seq + cardinality($2::text[]), state = coalesce($3, state)
       where id = $1 returning id, last_seq, database_id
     ), told as (
       insert into schemawatch.run_event (run_id, seq, type, level, message)
       select run.id, run.last_seq - cardinality($2::text[]) + place, 'log', 'info', message
       from run, unnest($2::text[]) with ordinality as m (message, place)
     )
     select pg_notify('schemawatch',
       json_build_object('type', 'run', 'database', (select name from schemawatch.database d where d.id = run.database_id), 'run', run.id::text)::text)
     from run`,
    [runId, messages, state ?? null],
  );
}

async function insert(
  store: Database,
  table: string,
  columns: Readonly<Record<string, unknown>>,
): Promise<number> {
  const names = Object.keys(columns);
  const [row] = await store.query<{ id: string }>(
    `insert into schemawatch.${table} (${names.join(", ")}) values (${names.map((_, i) => `$${i + 1}`).join(", ")}) returning id`,
    Object.values(columns),
  );
  return Number(row?.id);
}
