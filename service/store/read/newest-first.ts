import type { Database } from "../../postgres/types.ts";
import type { Page } from "../models.ts";
import { type Choice, labelsOf, searchOf } from "./choice.ts";
import { mustBeKnown } from "./known.ts";
import { afterNumber, limitOf, type PageRequest, pageOf } from "./page.ts";

export interface ListRequest extends Choice, PageRequest {
  /** What belongs to this database only. */
  readonly database?: string | undefined;
}

/** What is listed: rows with an id and a database. */
export interface Listed<R, T> {
  readonly table: string;
  readonly columns: string;
  readonly from: string;
  /** Of the listed rows in `from`. */
  readonly alias: string;
  /** Values that columns of the rows must have; undefined asks for nothing. */
  readonly equal: Readonly<Record<string, unknown>>;
  /** Values that columns of arrays must hold, among others. */
  readonly holding?: Readonly<Record<string, unknown>> | undefined;
  /** A further condition. */
  readonly also?: string | undefined;
  readonly toItem: (row: R) => T;
}

/**
 * Up to so many databases, the newest of each are read and put together; of more, the newest of all are read until enough
 * fit. So neither a few quiet databases nor a thousand busy ones have all of their rows read.
 */
const FEW = 32;

/**
 * A page of what belongs to all databases, to some or to one, the newest first. AppError "not_found" for a database nobody
 * knows, "invalid" for a limit or cursor that cannot be.
 */
export async function newestFirst<R extends { readonly id: string | number }, T>(
  store: Database,
  request: ListRequest,
  { table, columns, from, alias, equal, holding = {}, also, toItem }: Listed<R, T>,
): Promise<Page<T>> {
  const limit = limitOf(request);
  const before = afterNumber(request);
  const { database } = request;
  const chosen = await chosenIds(store, request);
  const params: unknown[] = [limit + 1];
  const where: string[] = also === undefined ? [] : [also];
  if (database !== undefined) {
    const id = `select id from schemawatch.database where name = $${params.push(database)}`;
    where.push(`${alias}.database_id = (${id})`);
  }
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) where.push(`${alias}.${column} = $${params.push(value)}`);
  for (const [column, value] of Object.entries(holding))
    if (value !== undefined) where.push(`${alias}.${column} @> $${params.push([value])}`);
  if (before !== null) where.push(`${alias}.id < $${params.push(before)}`);
  let filter = where.length > 0 ? `where ${where.join(" and ")}` : "";
  if (chosen !== null) {
    const ids = `$${params.push(chosen)}::integer[]`;
    // "is true" keeps the planner from an index by database, which would read all of theirs and sort it.
    filter =
      chosen.length > FEW
        ? `where ${[...where, `(${alias}.database_id = any (${ids})) is true`].join(" and ")}`
        : `where ${alias}.id in (
             select newest.id from unnest(${ids}) as one (id), lateral (
               select ${alias}.id from ${table} ${alias}
               where ${[...where, `${alias}.database_id = one.id`].join(" and ")}
               order by ${alias}.id desc limit $1
             ) newest
           )`;
  }
  const rows = await store.query<R>(
    `select ${columns} ${from} ${filter} order by ${alias}.id desc limit $1`,
    params,
  );
  if (rows.length === 0 && database !== undefined) await mustBeKnown(store, database);
  return pageOf(rows, limit, toItem, (row) => row.id);
}

/** The ids of the databases that are asked for by name and labels, watched or not; null: any. */
async function chosenIds(store: Database, request: ListRequest): Promise<readonly number[] | null> {
  const [search, labels] = [searchOf(request), labelsOf(request)];
  if (search === null && labels === null) return null;
  const rows = await store.query<{ id: number }>(
    `select id from schemawatch.database
     where ($1::text is null or position($1 in name) > 0) and ($2::jsonb is null or labels @> $2)`,
    [search, labels],
  );
  return rows.map(({ id }) => id);
}
