import { AppError } from "../errors.ts";
import type { Sql } from "../postgres/types.ts";
import { type IgnoreMatcher, withoutIgnored } from "./ignore.ts";
import { compareObjects, FORMAT_VERSION, type Snapshot } from "./model.ts";
import { parseCatalogs, type Reading, readCatalogs, savepoint } from "./read/careful.ts";
import type { CatalogRows } from "./read/catalogs.ts";
import { beginGathering, type Gathering } from "./read/gathering.ts";
import { gatherLarge } from "./read/large.ts";
import { STEPS } from "./read/steps.ts";
import server from "./sql/server.sql" with { type: "text" };

export interface ReadOptions {
  /** What is left out, with what lives in it. */
  readonly ignore: IgnoreMatcher;
  /** The last look at the same database: given back as it is, the very same object, when the server answers the same. */
  readonly previous?: Snapshot;
}

/** A database with so many relations is read piece by piece. */
const LARGE = 1000;

interface ServerRow {
  readonly version: number;
  /** How many tables, views and the like there are. */
  readonly relations: number;
  readonly database: number;
  readonly system: string | null;
}

/**
 * Reads the whole schema: one exact look. `tx` is a REPEATABLE READ, READ ONLY transaction of the caller, in which this
 * empties search_path. Needs no more than CONNECT. Rejects with what `tx.query` rejects with, and with AppError
 * "unavailable" when the server waited longer than lock_timeout for a lock that DDL under way holds.
 *
 * pg_get_*def functions see the newest catalog, not the transaction's: the caller repeats the look when the gate moved
 * meanwhile.
 */
export async function readSnapshot(tx: Sql, options: ReadOptions): Promise<Snapshot> {
  const [found] = await tx.query<ServerRow>(server, []);
  if (found === undefined) throw new Error("the server answered without a row");
  if (found.relations >= LARGE) {
    const [, gathered] = await savepoint(tx, () => gatherLarge(tx, found.version)).catch(tellLock);
    if (gathered !== null) return finish(found, options, gathered, []);
  }
  const read = await readCatalogs(tx, found.version).catch(tellLock);
  const reading = hashReading(found, read, options.ignore);
  if (options.previous?.reading === reading) return options.previous;
  const gathered = gather(parseCatalogs(read.texts), found.version);
  return { ...finish(found, options, gathered, read.unreadable), reading };
}

function finish(
  { version, system, database }: ServerRow,
  { ignore }: ReadOptions,
  gathered: Gathering,
  broken: readonly string[],
): Snapshot {
  return {
    format: FORMAT_VERSION,
    serverVersionNum: version,
    ...(system === null ? {} : { origin: `${system}:${database}` }),
    objects: withoutIgnored(gathered.objects.sort(compareObjects), ignore),
    unreadable: [...broken, ...gathered.unreadable],
  };
}

/** One text for all that the server answered and for what is made of it. */
function hashReading({ version, database, system }: ServerRow, read: Reading, ignore: IgnoreMatcher): string {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(
    JSON.stringify([FORMAT_VERSION, version, database, system, read.unreadable, ignore.patterns]),
  );
  for (const [name, text] of Object.entries(read.texts)) hasher.update(`${name}\n${text}\n`);
  return hasher.digest("hex");
}

/** SQLSTATE lock_not_available: pg_get_expr and pg_get_viewdef lock what they print, if only against being dropped. */
function tellLock(error: unknown): never {
  if ((error as { code?: unknown }).code !== "55P03") throw error;
  throw new AppError("unavailable", "The look waited too long for a lock that DDL under way holds.", {
    mend: "It goes on when that transaction ends; see pg_locks for who holds the lock.",
    cause: error,
  });
}

/** Puts the rows together: containers before what they contain, columns before what names them. */
function gather(rows: CatalogRows, serverVersionNum: number): Gathering {
  const gathering = beginGathering(serverVersionNum, rows.comments, rows.security_labels);
  for (const step of STEPS) step.gather(gathering, rows);
  return gathering;
}
