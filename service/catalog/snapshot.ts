import { breathe } from "../breathe.ts";
import type { Sql } from "../postgres/types.ts";
import { hashObject } from "./hash.ts";
import { type IgnoreMatcher, withoutIgnored } from "./ignore.ts";
import {
  type CatalogObject,
  compareObjects,
  FORMAT_VERSION,
  objectKey,
  type Since,
  type Snapshot,
  type Standing,
} from "./model.ts";
import { packObjects } from "./packed.ts";
import { eachApart } from "./read/apart.ts";
import { parseCatalogs, type Reading, readCatalogs, savepoint } from "./read/careful.ts";
import { gatherChanges, mergeObjects } from "./read/changes.ts";
import { Closed } from "./read/closed.ts";
import { beginGathering, type Gathering } from "./read/gathering.ts";
import { gatherLarge } from "./read/large.ts";
import { STEPS } from "./read/steps.ts";
import server from "./sql/server.sql" with { type: "text" };
import standingSql from "./sql/standing.sql" with { type: "text" };
import { ALL_SEEN, hiddenBy, keepKnown } from "./unseen.ts";

export interface ReadOptions {
  /** What is left out, with what lives in it. */
  readonly ignore: IgnoreMatcher;
  /** The last look at the same database: given back as it is, the very same object, when the server answers the same. */
  readonly previous?: Snapshot;
  /** Everything is read again, whatever the last look knows. */
  readonly whole?: boolean;
  /**
   * Called when the last statement was sent: what is asked then is answered while what was read is gathered, or fails with
   * it where something is read anew.
   */
  readonly onSent?: () => void;
}

/** A database with so many relations is read piece by piece. */
const LARGE = 1000;

/** What server.sql answers. */
export interface ServerRow {
  readonly version: number;
  readonly horizon: string;
  readonly run: string;
  /** How many tables, views and the like there are. */
  readonly relations: number;
  readonly database: number;
  readonly system: string | null;
}

/**
 * Reads the whole schema: one exact look. `tx` is a REPEATABLE READ, READ ONLY transaction of the caller, in which this
 * empties search_path. Needs no more than CONNECT. Rejects with what `tx.query` rejects with: SQLSTATE 55P03 when a lock that
 * DDL under way holds was not to be had within lock_timeout. What it locks itself it releases after each statement.
 *
 * pg_get_*def functions see the newest catalog, not the transaction's: the caller repeats the look when the gate moved
 * meanwhile.
 */
export async function readSnapshot(tx: Sql, options: ReadOptions): Promise<Snapshot> {
  const [found] = await tx.query<ServerRow>(server, []);
  if (found === undefined) throw new Error("the server answered without a row");
  if (found.relations >= LARGE) {
    const { previous } = options;
    const large = async () =>
      (options.whole ? null : await readChanges(tx, found, options, previous)) ??
      readPieces(tx, found, options);
    const [, snapshot] = await savepoint(tx, large);
    if (snapshot !== null) return snapshot;
  }
  return readWhole(tx, found, options);
}

/** Reads everything as one statement, which a small database answers at once. */
export async function readWhole(tx: Sql, server: ServerRow, options: ReadOptions): Promise<Snapshot> {
  const answer = readCatalogs(tx, server.version);
  options.onSent?.();
  const read = await answer;
  const reading = hashReading(server, read, options.ignore);
  if (options.previous?.reading === reading) return options.previous;
  const rows = parseCatalogs(read.texts);
  const gathering = beginGathering(server.version, rows.comments, rows.security_labels);
  for (const step of STEPS) step.gather(gathering, rows);
  return finished({ ...begun(server, gathering, read.closed), reading }, gathering, options);
}

/** Reads everything piece by piece. */
export async function readPieces(tx: Sql, server: ServerRow, options: ReadOptions): Promise<Snapshot> {
  const [standing, gathering] = await Promise.all([
    readStanding(tx, server, options),
    gatherLarge(eachApart(tx), server.version, options.onSent),
  ]);
  return finished({ ...begun(server, gathering), standing }, gathering, options);
}

/** Reads what changed since `previous`; null when a look at everything is called for. */
export async function readChanges(
  tx: Sql,
  server: ServerRow,
  options: ReadOptions,
  previous: Snapshot | undefined,
): Promise<Snapshot | null> {
  if (previous?.standing === undefined || previous.origin !== originOf(server)) return null;
  if (previous.format !== FORMAT_VERSION || previous.serverVersionNum !== server.version) return null;
  const standing = await readStanding(tx, server, options);
  const changes = await gatherChanges(eachApart(tx), server.version, previous, previous.standing, standing);
  if (changes === null) return null;
  const { gathering, gone } = changes;
  const old = new Map(gone.map((object) => [objectKey(object), object]));
  const fresh: CatalogObject[] = [];
  const snapshot = finished({ ...begun(server, gathering), standing }, gathering, {
    ...options,
    previous: { ...previous, objects: gone },
  });
  const come = snapshot.objects.map((object) => {
    const before = old.get(objectKey(object));
    if (before !== undefined && isSame(before, object)) return before;
    fresh.push(object);
    return object;
  });
  const packed = new Map(packObjects(fresh).map((object, at) => [fresh[at], object]));
  const since: Since = {
    previous: previous.objects,
    gone,
    come: come.map((object) => packed.get(object) ?? object),
  };
  if (fresh.length === 0 && come.length === gone.length)
    return { ...snapshot, since, objects: previous.objects };
  await breathe();
  const read = new Set(gone);
  const kept = previous.objects.filter((object) => !read.has(object));
  return { ...snapshot, since, objects: mergeObjects(kept, since.come) };
}

function isSame(a: CatalogObject, b: CatalogObject): boolean {
  return a.version === b.version && a.address === b.address && hashObject(a) === hashObject(b);
}

async function readStanding(
  tx: Sql,
  { horizon, run }: ServerRow,
  { ignore }: ReadOptions,
): Promise<Standing> {
  const [row] = await tx.query<Pick<Standing, "names" | "members" | "owned" | "places">>(standingSql, []);
  if (row === undefined) throw new Error("the server answered without a row");
  return { ...row, horizon: BigInt(horizon), under: [run, ...ignore.patterns].join("\n") };
}

function originOf({ system, database }: ServerRow): string | undefined {
  return system === null ? undefined : `${system}:${database}`;
}

function begun(server: ServerRow, { unreadable, partial }: Gathering, closed = new Closed()) {
  const origin = originOf(server);
  const unseen = hiddenBy(closed.unseen, { ...ALL_SEEN, kinds: partial });
  return {
    format: FORMAT_VERSION,
    serverVersionNum: server.version,
    ...(origin === undefined ? {} : { origin }),
    unreadable: [...closed.told, ...unreadable],
    ...(unseen === undefined ? {} : { unseen }),
  };
}

/** With what it could not read as the look before had it. */
function finished(snapshot: Omit<Snapshot, "objects">, gathering: Gathering, options: ReadOptions): Snapshot {
  const { previous, ignore } = options;
  const fresh = { ...snapshot, objects: sorted(gathering, options) };
  if (previous?.origin === undefined || previous.origin !== fresh.origin) return fresh;
  if (previous.format !== FORMAT_VERSION) return fresh;
  const kept = keepKnown(previous, fresh);
  return kept === fresh ? fresh : { ...kept, objects: withoutIgnored(kept.objects, ignore) };
}

function sorted({ objects }: Gathering, { ignore }: ReadOptions): readonly CatalogObject[] {
  return withoutIgnored(objects.sort(compareObjects), ignore);
}

/** One text for all that the server answered and for what is made of it. */
function hashReading({ version, database, system }: ServerRow, read: Reading, ignore: IgnoreMatcher): string {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(
    JSON.stringify([FORMAT_VERSION, version, database, system, read.closed.told, ignore.patterns]),
  );
  for (const [name, text] of Object.entries(read.texts)) hasher.update(`${name}\n${text}\n`);
  return hasher.digest("hex");
}
