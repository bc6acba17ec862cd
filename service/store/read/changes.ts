import type { Action, Compatibility, ObjectChange } from "../../catalog/change.ts";
import type { Impact } from "../../catalog/impact.ts";
import { AppError } from "../../errors.ts";
import type { Database } from "../../postgres/types.ts";
import type { ChangeDetail, ChangeStatement, ChangeSummary, Page } from "../models.ts";
import { type ListRequest, newestFirst } from "./newest-first.ts";
import { afterNumber, limitOf, type PageRequest, pageOf } from "./page.ts";

export interface ChangeFilter extends ListRequest {
  readonly compatibility?: Compatibility | undefined;
  /** Those in which an object was so. */
  readonly action?: Action | undefined;
}

interface ChangeRow {
  readonly id: string;
  readonly database: string;
  readonly found_at: Date;
  readonly cause: ChangeSummary["cause"];
  readonly compatibility: Compatibility;
  readonly breaking: number;
  readonly risky: number;
  readonly safe: number;
  readonly summary: string;
  readonly actions: Action[];
  readonly authors: string[];
  readonly transients: number;
  readonly run_id: string | null;
}

const COLUMNS = `c.id, d.name as database, c.found_at, c.cause, c.compatibility, c.breaking, c.risky, c.safe, c.summary,
  c.actions, c.authors, c.transient_count as transients,
  (select max(r.id) from schemawatch.run r where r.change_id = c.id) as run_id`;
const FROM = "from schemawatch.change c join schemawatch.database d on d.id = c.database_id";

/**
 * Changes of all databases or one, the newest first. AppError "not_found" for a database nobody knows, "invalid" for a
 * limit or cursor that cannot be.
 */
export function listChanges(store: Database, filter: ChangeFilter = {}): Promise<Page<ChangeSummary>> {
  return newestFirst<ChangeRow, ChangeSummary>(store, filter, {
    table: "schemawatch.change",
    columns: COLUMNS,
    from: FROM,
    alias: "c",
    equal: { compatibility: filter.compatibility },
    holding: { actions: filter.action },
    toItem: toSummary,
  });
}

/**
 * One change with a page of what changed, worst first. AppError "not_found" for an id nobody knows, "invalid" for a limit
 * or cursor that cannot be.
 */
export async function readChange(store: Database, id: number, page: PageRequest = {}): Promise<ChangeDetail> {
  const limit = limitOf(page);
  const after = afterNumber(page) ?? 0;
  const [heads, objects, statements] = await Promise.all([
    store.query<
      ChangeRow &
        Pick<ChangeDetail, "attribution" | "note"> & {
          impact: Impact | null;
          total: string;
          transient_objects: ChangeDetail["transientObjects"];
        }
    >(
      `select ${COLUMNS}, c.impact, c.attribution, c.note, c.transients as transient_objects,
         (select count(*) from schemawatch.change_object o where o.change_id = c.id) as total
       ${FROM} where c.id = $1`,
      [id],
    ),
    store.query<{ seq: number; body: ObjectChange; statements: number[] }>(
      `select seq, body, statements from schemawatch.change_object where change_id = $1 and seq > $2 order by seq limit $3`,
      [id, after, limit + 1],
    ),
    store.query<{ seq: number; body: Omit<ChangeStatement, "seq"> }>(
      "select seq, body from schemawatch.change_statement where change_id = $1 order by seq",
      [id],
    ),
  ]);
  const head = heads[0];
  if (head === undefined) {
    throw new AppError("not_found", `There is no change ${id}.`, {
      mend: "The list of changes has all of them.",
    });
  }
  const { items, nextCursor } = pageOf(
    objects,
    limit,
    (row) => ({ ...row.body, statements: row.statements }),
    (row) => row.seq,
  );
  return {
    ...toSummary(head),
    changes: items,
    total: Number(head.total),
    nextCursor,
    impact: head.impact,
    note: head.note,
    attribution: head.attribution,
    transientObjects: head.transient_objects,
    statements: statements.map(({ seq, body }) => ({ seq, ...body })),
  };
}

function toSummary(row: ChangeRow): ChangeSummary {
  return {
    id: Number(row.id),
    database: row.database,
    foundAt: row.found_at.toISOString(),
    cause: row.cause,
    compatibility: row.compatibility,
    breaking: row.breaking,
    risky: row.risky,
    safe: row.safe,
    summary: row.summary,
    actions: row.actions,
    authors: row.authors,
    transients: row.transients,
    runId: row.run_id === null ? null : Number(row.run_id),
  };
}
