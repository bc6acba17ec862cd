import type { Sql } from "../../postgres/types.ts";
import { forServer } from "../version.ts";
import { apart } from "./apart.ts";
import { ALL_AT_ONCE, asJson, type CatalogRows, STATEMENTS } from "./catalogs.ts";
import { Closed } from "./closed.ts";

/** The conditions of a statement that its objects' OIDs are of that range, each on a line. */
const RANGE = /^(where|\s+and) ([\w.]+) >= (?:16384|1)$/gm;
/** Calls that print an object from its parse tree or ask the system about it, and so can fail on a broken one. */
const PRINTERS =
  /\bpg_(get_(?!userbyid)\w+|tablespace_location|collation_actual_version|database_collation_actual_version)\([^()]*\)/g;
/** Each catalog's rows as the server's JSON text. */
type CatalogTexts = Readonly<Record<keyof CatalogRows, string>>;

export interface Reading {
  readonly texts: CatalogTexts;
  readonly closed: Closed;
}

/**
 * A statement failed on what it read: an internal error (class XX), something that is not there any more (class 42), a
 * tablespace's missing link (class 58), a locale that the system lost (class 22).
 */
const BROKEN = /^(XX|42|58|22)/;

/** SQLSTATE insufficient_privilege: by default everybody may read what is read here, but a server can be hardened. */
const FORBIDDEN = "42501";

/**
 * Reads every catalog. When the server fails on an object (a broken definition, or one that is dropped this very
 * moment), the catalogs are read one by one, the object is read without its definition, and named in `closed`.
 */
export async function readCatalogs(tx: Sql, version: number): Promise<Reading> {
  const [, rows] = await tried<CatalogTexts>(tx, forServer(ALL_AT_ONCE, version), []);
  const texts = rows?.[0];
  if (texts !== undefined) return { texts, closed: new Closed() };
  const closed = new Closed();
  const found: Record<string, string> = {};
  for (const [name, statement] of Object.entries(STATEMENTS)) {
    found[name] = JSON.stringify(await readOne(tx, name, forServer(statement, version), closed));
  }
  return { texts: found as CatalogTexts, closed };
}

/** The rows that a reading holds. */
export function parseCatalogs(texts: Readonly<Record<string, string>>): CatalogRows {
  const parsed = Object.entries(texts).map(([name, text]) => [name, JSON.parse(text)]);
  return Object.fromEntries(parsed) as CatalogRows;
}

/** A row of any catalog; the rows of columns belong to their relation. */
type AnyRow = Readonly<Record<string, unknown>>;

/** The rows of one catalog; without their definitions for objects that cannot be printed. */
async function readOne(tx: Sql, name: string, statement: string, closed: Closed): Promise<AnyRow[]> {
  const [error, found] = await tried<{ rows: string }>(tx, asJson(statement));
  const whole = found?.[0];
  if (whole !== undefined) return JSON.parse(whole.rows);
  if ((error as { code?: unknown }).code === FORBIDDEN) {
    closed.catalog(name, (error as Error).message);
    return [];
  }
  const bareStatement = statement.replace(PRINTERS, "null::text");
  if (bareStatement === statement) throw error;
  const [bare] = await apart<{ rows: string }>(tx, asJson(bareStatement));
  const byOid = new Map<number, AnyRow[]>();
  for (const row of JSON.parse(bare?.rows ?? "[]") as AnyRow[]) {
    const oid = Number(name === "columns" ? row.relation : row.oid);
    byOid.set(oid, [...(byOid.get(oid) ?? []), row]);
  }

  /** Reads the objects of `oids`; halves them until the failing one is alone. */
  const readSome = async (oids: readonly number[]): Promise<AnyRow[]> => {
    const [first, last] = [oids[0], oids.at(-1)];
    if (first === undefined || last === undefined) return [];
    const text = statement.replace(RANGE, `$1 $2 between ${first}::oid and ${last}::oid`);
    const [failure, answer] = await tried<{ rows: string }>(tx, asJson(text));
    const some = answer?.[0];
    if (some !== undefined) return JSON.parse(some.rows);
    if (first === last) {
      closed.object(name, first, (failure as Error).message);
      return byOid.get(first) ?? [];
    }
    const middle = oids.length >> 1;
    return [...(await readSome(oids.slice(0, middle))), ...(await readSome(oids.slice(middle)))];
  };
  return readSome([...byOid.keys()].sort((a, b) => a - b));
}

/** A statement's rows; when the server failed on what it read, the error and null. */
async function tried<T>(tx: Sql, text: string, params?: readonly unknown[]): Promise<[unknown, T[] | null]> {
  try {
    return [null, await apart<T>(tx, text, params)];
  } catch (error) {
    return [onBroken(error), null];
  }
}

/** The error; throws it when it is not of what was read. */
function onBroken(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string" || !BROKEN.test(code)) throw error;
  return error;
}

/** What `work` resolves to; when the server failed on what it read, the error and null, and the transaction goes on. */
export async function savepoint<T>(tx: Sql, work: () => Promise<T>): Promise<[unknown, T | null]> {
  const set = tx.query("savepoint schemawatch_look");
  try {
    const [, result] = await Promise.all([set, work()]);
    return [null, result];
  } catch (error) {
    onBroken(error);
    await tx.query("rollback to savepoint schemawatch_look");
    return [error, null];
  }
}
