import type { Database } from "../../postgres/types.ts";
import type { ListedObject, Page } from "../models.ts";
import { unknownDatabase } from "./known.ts";
import { afterText, limitOf, type PageRequest, pageOf } from "./page.ts";

export interface ObjectsRequest extends PageRequest {
  readonly database: string;
  /** Only objects with this in their identity, whatever its case. */
  readonly search?: string | undefined;
}

/** Between the two parts of a cursor's key; no identifier and no kind holds it. */
const BETWEEN = "\u0001";

/**
 * The objects of a database's current snapshot, by kind and identity. AppError "not_found" for a database nobody knows,
 * "invalid" for a limit or cursor that cannot be.
 */
export async function listObjects(store: Database, request: ObjectsRequest): Promise<Page<ListedObject>> {
  const { database, search = "" } = request;
  const limit = limitOf(request);
  const [kind = null, identity = null] = afterText(request)?.split(BETWEEN) ?? [];
  const [known] = await store.query<{ id: number }>("select id from schemawatch.database where name = $1", [
    database,
  ]);
  if (!known) throw unknownDatabase(database);
  const rows = await store.query<ListedObject>(
    `select kind, identity from schemawatch.snapshot_object
     where database_id = $1 and last_snapshot is null
       and ($2::text is null or (kind, identity) > ($2::text, $3::text))
       and ($4::text = '' or position(lower($4::text) in lower(identity)) > 0)
     order by kind, identity
     limit $5`,
    [known.id, kind, identity, search, limit + 1],
  );
  return pageOf(
    rows,
    limit,
    (row) => row,
    (row) => `${row.kind}${BETWEEN}${row.identity}`,
  );
}
