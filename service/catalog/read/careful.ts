import type { Sql } from "../../postgres/types.ts";
import { forServer } from "../version.ts";
import { ALL_AT_ONCE, asJson, type CatalogRows, STATEMENTS } from "./catalogs.ts";

/** Objects of users have OIDs of this range (FirstNormalObjectId to the largest OID). */
const FIRST = 16384;
const LAST = 4294967295;
/** The conditions of a statement that its objects' OIDs are of that range, each on a line. */
const RANGE = /^(where|\s+and) ([\w.]+) >= 16384$/gm;
/** Calls that print an object from its parse tree, and so can fail on a broken one. */
const PRINTERS = /\bpg_get_(?!userbyid)\w+\([^()]*\)/g;
/** Each catalog's rows as the server's JSON text. */
export type CatalogTexts = Readonly<Record<keyof CatalogRows, string>>;

export interface Reading {
  readonly texts: CatalogTexts;
  /** Definitions that could not be printed, in words. */
  readonly unreadable: readonly string[];
}

/** A statement failed on what it read: an internal error (class XX), or something that is not there any more (class 42). */
const BROKEN = /^(XX|42)/;

/**
 * Reads every catalog. When the server fails on an object (a broken definition, or one that is dropped this very
 * moment), the catalogs are read one by one, the object is read without its definition, and named in `unreadable`.
 */
export async function readCatalogs(tx: Sql, version: number): Promise<Reading> {
  const [, [texts]] = await savepoint(tx, () => tx.query<CatalogTexts>(forServer(ALL_AT_ONCE, version), []));
  if (texts !== undefined) return { texts, unreadable: [] };
  const unreadable: string[] = [];
  const found: Record<string, string> = {};
  for (const [name, statement] of Object.entries(STATEMENTS)) {
    const text = forServer(statement, version);
    found[name] = JSON.stringify(await readRange(tx, name, text, FIRST, LAST, unreadable));
  }
  return { texts: found as CatalogTexts, unreadable };
}

/** The rows that a reading holds. */
export function parseCatalogs(texts: CatalogTexts): CatalogRows {
  const parsed = Object.entries(texts).map(([name, text]) => [name, JSON.parse(text)]);
  return Object.fromEntries(parsed) as CatalogRows;
}

/** The rows of the objects from OID `first` to `last`; halves the range until the failing object is alone. */
async function readRange(
  tx: Sql,
  name: string,
  statement: string,
  first: number,
  last: number,
  unreadable: string[],
): Promise<unknown[]> {
  const text = statement.replace(RANGE, `$1 $2 between ${first}::oid and ${last}::oid`);
  const [error, [whole]] = await savepoint(tx, () => tx.query<{ rows: string }>(asJson(text)));
  if (whole !== undefined) return JSON.parse(whole.rows);
  if (text === statement) throw error;
  if (first === last) {
    unreadable.push(`the definition in ${name} of OID ${first}: ${(error as Error).message}`);
    const [bare] = await tx.query<{ rows: string }>(asJson(text.replace(PRINTERS, "null::text")));
    return JSON.parse(bare?.rows ?? "[]");
  }
  const middle = first + Math.floor((last - first) / 2);
  const low = await readRange(tx, name, statement, first, middle, unreadable);
  return [...low, ...(await readRange(tx, name, statement, middle + 1, last, unreadable))];
}

/** The rows of `work`; when the server failed on what it read, the error and no rows, and the transaction goes on. */
async function savepoint<T>(tx: Sql, work: () => Promise<T[]>): Promise<[unknown, T[]]> {
  const set = tx.query("savepoint schemawatch_look");
  try {
    const [, rows] = await Promise.all([set, work()]);
    return [null, rows];
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== "string" || !BROKEN.test(code)) throw error;
    await tx.query("rollback to savepoint schemawatch_look");
    return [error, []];
  }
}
