import {
  type CatalogObject,
  compareObjects,
  FORMAT_VERSION,
  type Kind,
  type Snapshot,
} from "../catalog/model.ts";
import { packObjects } from "../catalog/packed.ts";
import type { Sql } from "../postgres/types.ts";
import { inSlices, sorted } from "../slices.ts";
import { type Body, objectOf } from "./body.ts";
import currentSql from "./sql/snapshot_current.sql" with { type: "text" };
import stateSql from "./sql/watch_state.sql" with { type: "text" };

/** A snapshot as the store has it. */
export interface StoredSnapshot {
  readonly id: string;
  readonly fingerprint: string;
  /** Null when it is of another format version: then it can only be replaced, not compared. */
  readonly snapshot: Snapshot | null;
  /** Content hash of each object of it. */
  readonly hashes: ReadonlyMap<CatalogObject, string>;
}

/** Where the watch of a database stands in the store, without its schema. */
export interface WatchHeader {
  /** What the poller noted when it took the snapshot; its shape is the poller's. */
  readonly mark: unknown;
  readonly rowVersion: string | null;
  readonly state: "starting" | "watching" | "unreachable";
  /** Milliseconds since the last exact look; null when there was none. */
  readonly lookAgeMs: number | null;
  /** The current snapshot's id; null when there is none. */
  readonly snapshotId: string | null;
  /** False when that is of another format version. */
  readonly isReadable: boolean;
}

/** The same with its schema. */
export interface WatchState extends WatchHeader {
  readonly stored: StoredSnapshot | null;
}

interface StateRow {
  mark: unknown;
  row_version: string | null;
  state: WatchState["state"];
  snapshot_id: string | null;
  look_age_ms: number | null;
  format: number;
  server_version_num: number;
  origin: string | null;
  fingerprint: string;
  unreadable: string[];
}

interface ObjectRow {
  kind: Kind;
  identity: string;
  body: Body;
  address: string | null;
  version: string | null;
  hash: string;
}

/** Objects of a stored snapshot that are read at once. A larger one is kept packed. */
const BATCH = 5000;

function toObject({ kind, identity, body, address, version, hash }: ObjectRow): {
  object: CatalogObject;
  hash: string;
} {
  const object = {
    ...objectOf(kind, identity, body),
    ...(address === null ? {} : { address }),
    ...(version === null ? {} : { version }),
  };
  return { object, hash };
}

/** Reads where the watch of a database stands. */
export async function readWatchHeader(store: Sql, databaseId: number): Promise<WatchHeader> {
  return headerOf(await readRow(store, databaseId));
}

/** Reads where the watch of a database stands, its current snapshot's objects included. */
export async function readWatchState(store: Sql, databaseId: number): Promise<WatchState> {
  const row = await readRow(store, databaseId);
  const header = headerOf(row);
  if (!row || header.snapshotId === null) return { ...header, stored: null };
  return { ...header, stored: await readStored(store, databaseId, header.snapshotId, row) };
}

async function readRow(store: Sql, databaseId: number): Promise<StateRow | undefined> {
  const [row] = await store.query<StateRow>(stateSql, [databaseId]);
  return row;
}

function headerOf(row: StateRow | undefined): WatchHeader {
  return {
    mark: row?.mark ?? null,
    rowVersion: row?.row_version ?? null,
    state: row?.state ?? "starting",
    lookAgeMs: row?.look_age_ms ?? null,
    snapshotId: row?.snapshot_id ?? null,
    isReadable: row?.format === FORMAT_VERSION,
  };
}

async function readStored(
  store: Sql,
  databaseId: number,
  id: string,
  row: StateRow,
): Promise<StoredSnapshot> {
  const hashes = new Map<CatalogObject, string>();
  if (row.format !== FORMAT_VERSION) return { id, fingerprint: row.fingerprint, snapshot: null, hashes };
  const objects: CatalogObject[] = [];
  for (let after: [string, string] = ["", ""]; ; ) {
    const rows = await store.query<ObjectRow>(currentSql, [databaseId, ...after, BATCH]);
    const some = rows.map(toObject);
    if (objects.length + rows.length > BATCH)
      objects.push(...packObjects(some.map(({ object, hash }) => ({ ...object, hash }))));
    else {
      for (const { object, hash } of some) {
        hashes.set(object, hash);
        objects.push(object);
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) break;
    after = [last.kind, last.identity];
  }
  return {
    id,
    fingerprint: row.fingerprint,
    hashes,
    snapshot: {
      format: row.format,
      serverVersionNum: row.server_version_num,
      ...(row.origin === null ? {} : { origin: row.origin }),
      objects: await inSlices(sorted(objects, compareObjects)),
      unreadable: row.unreadable,
    },
  };
}
