import type { Database, Sql } from "../postgres/types.ts";
import contentsSql from "./sql/retention_contents.sql" with { type: "text" };
import historySql from "./sql/retention_history.sql" with { type: "text" };
import snapshotsSql from "./sql/retention_snapshots.sql" with { type: "text" };
import versionsSql from "./sql/retention_versions.sql" with { type: "text" };

/** Rows of one transaction: short enough that nobody waits for it. */
const BATCH = 1000;

/** How much was removed. */
export interface Removed {
  readonly runs: number;
  readonly changes: number;
  readonly snapshots: number;
  /** Distinct contents of objects. */
  readonly contents: number;
}

/**
 * Removes history from before `before`: ended runs with their logs, changes, and the snapshots that only they told of. What the
 * service needs stays: each database's current snapshot and last change, and every run that has not ended. It works in
 * short transactions, so it may be stopped and begun again at any time, and run beside the service.
 */
export async function removeHistory(store: Database, before: Date): Promise<Removed> {
  let runs = 0;
  let changes = 0;
  for (;;) {
    const [row] = await store.query<{ runs: number; changes: number }>(historySql, [before, BATCH]);
    runs += row?.runs ?? 0;
    changes += row?.changes ?? 0;
    // A change goes only after its runs, so a batch of runs may have made more changes ready.
    if (!row || row.runs + row.changes === 0) break;
  }
  await untilNone(() => countOf(store, versionsSql, [before, BATCH]));
  const snapshots = await untilNone(() => countOf(store, snapshotsSql, [before, BATCH]));
  const contents = await untilNone(() => removeContents(store));
  return { runs, changes, snapshots, contents };
}

/**
 * Removes one batch of contents. A look that is being handed over refers to contents that it found here or put here
 * before: the lock, held for this batch, keeps the two apart.
 */
function removeContents(store: Database): Promise<number> {
  return store.transaction(async (tx) => {
    await tx.query("lock table schemawatch.object in share row exclusive mode", []);
    return countOf(tx, contentsSql, [BATCH]);
  });
}

/** Removes batch after batch until one is empty; returns how many rows it removed in all. */
async function untilNone(removeBatch: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const batch = await removeBatch();
    removed += batch;
    if (batch === 0) return removed;
  }
}

/** Runs a statement that deletes; returns how many rows it removed. */
async function countOf(sql: Sql, text: string, params: readonly unknown[]): Promise<number> {
  const rows = await sql.query<{ n: number }>(
    `with removed as (${text} returning 1) select count(*)::integer as n from removed`,
    params,
  );
  return rows[0]?.n ?? 0;
}
