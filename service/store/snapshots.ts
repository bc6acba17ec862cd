import {
  type CatalogObject,
  compareObjects,
  FORMAT_VERSION,
  type Kind,
  type Snapshot,
} from "../catalog/model.ts";
import { packObjects } from "../catalog/packed.ts";
import type { Sql } from "../postgres/types.ts";
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

/** Where the watch of a database stands in the store. */
export interface WatchState {
  /** What the poller noted when it took the snapshot; its shape is the poller's. */
  readonly mark: unknown;
  readonly rowVersion: string | null;
  readonly state: "starting" | "watching" | "unreachable";
  /** Milliseconds since the last exact look; null when there was none. */
  readonly lookAgeMs: number | null;
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

/** Reads where the watch of a database stands, its current snapshot's objects included. */
export async function readWatchState(store: Sql, databaseId: number): Promise<WatchState> {
  const [row] = await store.query<StateRow>(stateSql, [databaseId]);
  if (!row) return { mark: null, rowVersion: null, state: "starting", lookAgeMs: null, stored: null };
  return {
    mark: row.mark,
    rowVersion: row.row_version,
    state: row.state,
    lookAgeMs: row.look_age_ms,
    stored: row.snapshot_id === null ? null : await readStored(store, databaseId, row.snapshot_id, row),
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
      objects: objects.sort(compareObjects),
      unreadable: row.unreadable,
    },
  };
}
