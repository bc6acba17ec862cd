import type { ObjectChange } from "../catalog/change.ts";
import { worst } from "../catalog/change.ts";
import type { CatalogObject, Kind, Snapshot } from "../catalog/model.ts";
import { collecting } from "../garbage.ts";
import type { Database, Sql } from "../postgres/types.ts";
import type { Attribution } from "../tap/attribute.ts";
import type { NotedStatement, TapState } from "../tap/log.ts";
import { type BaselineStanding, writeBaseline } from "./baselines.ts";
import { bodyOf } from "./body.ts";
import type { Lease } from "./leases.ts";
import type { ChangeSummary, DatabaseTap, Look } from "./models.ts";
import { enqueueRun } from "./queue.ts";
import changeSql from "./sql/change_insert.sql" with { type: "text" };
import failedSql from "./sql/look_failed.sql" with { type: "text" };
import seenSql from "./sql/look_seen.sql" with { type: "text" };
import closeSql from "./sql/objects_close.sql" with { type: "text" };
import insertSql from "./sql/objects_insert.sql" with { type: "text" };
import openSql from "./sql/objects_open.sql" with { type: "text" };
import readdressSql from "./sql/objects_readdress.sql" with { type: "text" };
import snapshotSql from "./sql/snapshot_insert.sql" with { type: "text" };

/** Objects that travel in one statement; jsonb holds at most 256 MB. */
const BATCH = 2000;
/** Batches that the server has not answered yet, at most. */
const UNDER_WAY = 3;
/** The first snapshot of 10,000 tables is one transaction. */
const DEADLINE_MS = 60_000;

/** Statements and transients that are kept with a change. */
const KEPT = 200;

export type LookCause = ChangeSummary["cause"];

/** What a new snapshot stores: only what differs from the one before. */
export interface NewSnapshot {
  readonly snapshot: Snapshot;
  readonly fingerprint: string;
  /** The one before; null for a database's first. */
  readonly before: string | null;
  /** Objects whose earlier content ended; "all" when the one before was of another format. */
  readonly ended: readonly { readonly kind: Kind; readonly identity: string }[] | "all";
  /** Objects that are new or have new content, with its hash. */
  readonly begun: readonly { readonly object: CatalogObject; readonly hash: string }[];
}

/** What an exact look found, ready to be handed over. */
export interface SeenLook {
  readonly lease: Lease;
  readonly cause: LookCause;
  readonly look: Look;
  /** What the next gate readings are compared with. */
  readonly mark: object;
  /** Null where it is not known. */
  readonly rowVersion: string | null;
  /** Runs requested before the look began. */
  readonly requested: readonly string[];
  /** Objects that kept their content but not their address or row version. */
  readonly readdressed: readonly CatalogObject[];
  /** Null when no content differs. */
  readonly next: NewSnapshot | null;
  /** The snapshot that is current when there is no next one; null before the first. */
  readonly current: string | null;
  /** Worst first; empty when nothing changed. */
  readonly changes: readonly ObjectChange[];
  /** Who made them, and what left no difference. */
  readonly attribution: Attribution & { readonly state: TapState };
  /** Another database answers, too different to be told object by object: a change of its own, told by this. */
  readonly replaced: Replaced | null;
  readonly server: ServerStanding;
  /** Null when it is as it was. */
  readonly baseline: BaselineStanding | null;
}

/** A change that is told as a whole. */
export interface Replaced {
  readonly summary: string;
  readonly note: string;
  readonly compatibility: ObjectChange["compatibility"];
}

/** What is known of the server beside its schema. */
export interface ServerStanding {
  readonly tap: DatabaseTap;
  readonly counting: boolean;
  readonly standby: boolean;
  /** What happened to it since the look before, for people; null when nothing did. */
  readonly notice: string | null;
}

export interface HandedOver {
  /** The current snapshot's id, when a new one was stored. */
  readonly snapshotId: string | null;
  readonly changeId: string | null;
  readonly runs: readonly string[];
}

/**
 * Hands over what an exact look found, in one transaction that is fenced by the lease: snapshot, change, runs with their
 * jobs, watch state and notices. All of it is there afterwards or nothing. Returns null, with nothing written, when the
 * lease is another's. When it rejects the transaction may still have been committed (a connection lost at COMMIT):
 * read the watch state again.
 */
export function commitSeen(store: Database, seen: SeenLook): Promise<HandedOver | null> {
  return fenced(store, async (tx) => {
    const snapshotId = seen.next && (await insertSnapshot(tx, seen.lease, seen.next));
    if (snapshotId === undefined) throw REFUSED;
    const [changeId] = await Promise.all([
      isChange(seen) ? insertChange(tx, seen, snapshotId ?? seen.current) : null,
      seen.next && snapshotId ? insertObjects(tx, seen.lease, seen.next, snapshotId) : null,
      readdress(tx, seen),
      seen.baseline && writeBaseline(tx, seen.lease, seen.baseline),
    ]);
    const runs = await settle(tx, seen.lease, seen.requested, seenSql, [
      seen.look.ms,
      seen.cause,
      JSON.stringify(seen.mark),
      seen.rowVersion,
      JSON.stringify(seen.look),
      snapshotId,
      changeId,
      seen.requested,
      JSON.stringify(seen.server.tap),
      seen.server.counting,
      seen.server.standby,
      seen.server.notice,
    ]);
    return { snapshotId, changeId, runs };
  });
}

/** A look or a gate reading that failed. */
export interface FailedLook {
  readonly lease: Lease;
  /** For people; never holds a password. */
  readonly reason: string;
  readonly failures: number;
  readonly nextTryMs: number;
  readonly look: Look;
  readonly requested: readonly string[];
}

/** Records that a database cannot be looked at, and hands the waiting runs over with that outcome. Returns false, with nothing written, when the lease is another's. */
export async function commitFailed(store: Database, failed: FailedLook): Promise<boolean> {
  const runs = await fenced(store, (tx) =>
    settle(tx, failed.lease, failed.requested, failedSql, [
      failed.reason,
      failed.failures,
      failed.nextTryMs,
      JSON.stringify(failed.look),
      failed.requested,
    ]),
  );
  return runs !== null;
}

const REFUSED = Symbol("the lease is another's");

async function fenced<T>(store: Database, work: (tx: Sql) => Promise<T>): Promise<T | null> {
  try {
    return await store.transaction(work, { deadlineMs: DEADLINE_MS });
  } catch (error) {
    if (error === REFUSED) return null;
    throw error;
  }
}

/** Writes the watch state and queues the runs it settles. The requested ones are queued in the same breath, as their ids are known. */
async function settle(
  tx: Sql,
  { databaseId, database, holder, fence }: Lease,
  requested: readonly string[],
  text: string,
  params: readonly unknown[],
): Promise<readonly string[]> {
  const written = tx.query<{ held: number; runs: string[] }>(text, [databaseId, holder, fence, ...params]);
  const queued = requested.map((id) => enqueueRun(tx, { id, database }));
  const [[row]] = await Promise.all([written, ...queued]);
  if (row?.held !== 1) throw REFUSED;
  const own = row.runs.filter((id) => !requested.includes(id));
  await Promise.all(own.map((id) => enqueueRun(tx, { id, database })));
  return row.runs;
}

async function insertSnapshot(tx: Sql, lease: Lease, next: NewSnapshot): Promise<string | undefined> {
  const { snapshot, fingerprint } = next;
  const [row] = await tx.query<{ id: string }>(snapshotSql, [
    lease.databaseId,
    lease.holder,
    lease.fence,
    snapshot.format,
    snapshot.serverVersionNum,
    snapshot.origin ?? null,
    fingerprint,
    snapshot.objects.length,
    JSON.stringify(snapshot.unreadable),
  ]);
  return row?.id;
}

/**
 * Sent in this order on one connection: contents before what refers to them, ends before new beginnings. A few batches
 * are under way at once, so that a large snapshot is never in memory as text.
 */
async function insertObjects(tx: Sql, lease: Lease, next: NewSnapshot, snapshotId: string): Promise<void> {
  const sent: Promise<unknown>[] = [];
  const collect = collecting();
  const send = async (text: string, params: readonly unknown[]) => {
    sent.push(tx.query(text, params));
    if (sent.length > UNDER_WAY) await sent.shift();
  };
  for (const batch of batches(next.begun)) {
    const contents = batch.map(({ object, hash }) => ({ hash, body: bodyOf(object) }));
    await send(insertSql, [JSON.stringify(contents)]);
    collect(batch.length);
  }
  if (next.ended === "all") await send(closeSql, [lease.databaseId, snapshotId, null]);
  else {
    for (const batch of batches(next.ended)) {
      const keys = batch.map(({ kind, identity }) => ({ kind, identity }));
      await send(closeSql, [lease.databaseId, snapshotId, JSON.stringify(keys)]);
    }
  }
  // Sorted by kind as the index has them; within a kind they are.
  const begun = next.begun.toSorted((a, b) =>
    a.object.kind < b.object.kind ? -1 : a.object.kind > b.object.kind ? 1 : 0,
  );
  for (const batch of batches(begun)) {
    const rows = batch.map(({ object, hash }) => ({ ...placeOf(object), hash }));
    await send(openSql, [lease.databaseId, snapshotId, JSON.stringify(rows)]);
    collect(batch.length);
  }
  await Promise.all(sent);
}

async function readdress(tx: Sql, { lease, readdressed }: SeenLook): Promise<void> {
  const sent = [...batches(readdressed)].map((batch) =>
    tx.query(readdressSql, [lease.databaseId, JSON.stringify(batch.map(placeOf))]),
  );
  await Promise.all(sent);
}

/** Whether there is something to tell. */
export function isChange({
  changes,
  attribution,
  replaced,
}: Pick<SeenLook, "changes" | "attribution" | "replaced">): boolean {
  return changes.length > 0 || attribution.transients.length > 0 || replaced !== null;
}

async function insertChange(tx: Sql, seen: SeenLook, snapshotId: string | null): Promise<string | null> {
  const { lease, cause, changes, attribution, replaced, next, current } = seen;
  const { statements, transients, objects, state } = attribution;
  const count = (compatibility: ObjectChange["compatibility"]) =>
    changes.filter((change) => change.compatibility === compatibility).length;
  const [row] = await tx.query<{ id: string }>(changeSql, [
    lease.databaseId,
    next ? next.before : current,
    snapshotId,
    cause,
    replaced?.compatibility ?? worst(changes.map((change) => change.compatibility)),
    count("breaking"),
    count("risky"),
    count("safe"),
    replaced?.summary ?? summarize(changes, transients),
    JSON.stringify(changes),
    JSON.stringify(statements.slice(0, KEPT).map(keptStatement)),
    JSON.stringify(objects.map((all) => all.filter((seq) => seq <= KEPT))),
    state,
    [...new Set(statements.map(({ login }) => login))],
    JSON.stringify(transients.slice(0, KEPT)),
    transients.length,
    replaced?.note ?? null,
  ]);
  return row?.id ?? null;
}

function keptStatement({
  objects: _objects,
  dropped: _dropped,
  more: _more,
  ...kept
}: NotedStatement): object {
  return kept;
}

/** A change in a few words, e.g. "column public.orders.total altered and 2 more"; the first object is the worst. */
function summarize(changes: readonly ObjectChange[], transients: Attribution["transients"]): string {
  const [first] = changes;
  if (!first) {
    const [gone] = transients;
    if (!gone) return "nothing";
    const rest = transients.length === 1 ? "" : ` and ${transients.length - 1} more`;
    return `${gone.kind} ${gone.identity} ${gone.what}${rest}`;
  }
  const what = `${first.kind} ${first.identity} ${first.action}`;
  return changes.length === 1 ? what : `${what} and ${changes.length - 1} more`;
}

function placeOf({ kind, identity, address, version }: CatalogObject): object {
  return { kind, identity, address, version };
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}
