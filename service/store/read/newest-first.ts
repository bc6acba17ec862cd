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
 * A page of what belongs to all databases, to some or to one, the newest first. AppError "not_found" for a database nobody knows,
 * "invalid" for a limit or cursor that cannot be.
 */
export async function newestFirst<R extends { readonly id: string | number }, T>(
  store: Database,
  request: ListRequest,
  { columns, from, alias, equal, holding = {}, also, toItem }: Listed<R, T>,
): Promise<Page<T>> {
  const limit = limitOf(request);
  const before = afterNumber(request);
  const { database } = request;
  const params: unknown[] = [limit + 1];
  const where: string[] = also === undefined ? [] : [also];
  if (database !== undefined) {
    const id = `select id from schemawatch.database where name = $${params.push(database)}`;
    where.push(`${alias}.database_id = (${id})`);
  }
  const chosen: string[] = [];
  const [search, labels] = [searchOf(request), labelsOf(request)];
  if (search !== null) chosen.push(`position($${params.push(search)} in name) > 0`);
  if (labels !== null) chosen.push(`labels @> $${params.push(labels)}::jsonb`);
  if (chosen.length > 0) {
    where.push(`${alias}.database_id in (select id from schemawatch.database where ${chosen.join(" and ")})`);
  }
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) where.push(`${alias}.${column} = $${params.push(value)}`);
  for (const [column, value] of Object.entries(holding))
    if (value !== undefined) where.push(`${alias}.${column} @> $${params.push([value])}`);
  if (before !== null) where.push(`${alias}.id < $${params.push(before)}`);
  const filter = where.length > 0 ? `where ${where.join(" and ")}` : "";
  const rows = await store.query<R>(
    `select ${columns} ${from} ${filter} order by ${alias}.id desc limit $1`,
    params,
  );
  if (rows.length === 0 && database !== undefined) await mustBeKnown(store, database);
  return pageOf(rows, limit, toItem, (row) => row.id);
}
