import type { Sql } from "../postgres/types.ts";
import { type IgnoreMatcher, withoutIgnored } from "./ignore.ts";
import { type CatalogObject, compareObjects, FORMAT_VERSION, type Snapshot } from "./model.ts";
import { type ColumnRow, gatherColumns } from "./read/columns.ts";
import { type CommentRow, commentsByAddress, type Gathering } from "./read/gathering.ts";
import {
  type ExtensionRow,
  gatherExtensions,
  gatherSchemas,
  isStandardComment,
  type SchemaRow,
} from "./read/namespaces.ts";
import {
  type ConstraintRow,
  gatherConstraints,
  gatherIndexes,
  gatherPolicies,
  gatherTriggers,
  type IndexRow,
  notNullsByColumn,
  type PolicyRow,
  type TriggerRow,
} from "./read/parts.ts";
import {
  gatherTables,
  gatherViews,
  type InheritsRow,
  parentsByChild,
  type TableRow,
  type ViewRow,
} from "./read/relations.ts";
import { type AggregateRow, type FunctionRow, gatherAggregates, gatherFunctions } from "./read/routines.ts";
import { gatherSequences, identitySequences, type SequenceRow } from "./read/sequences.ts";
import {
  type CompositeRow,
  type DomainRow,
  type EnumRow,
  gatherComposites,
  gatherDomains,
  gatherEnums,
  gatherRanges,
  type RangeRow,
} from "./read/types.ts";
import aggregates from "./sql/aggregates.sql" with { type: "text" };
import columns from "./sql/columns.sql" with { type: "text" };
import comments from "./sql/comments.sql" with { type: "text" };
import composites from "./sql/composites.sql" with { type: "text" };
import constraints from "./sql/constraints.sql" with { type: "text" };
import domains from "./sql/domains.sql" with { type: "text" };
import enums from "./sql/enums.sql" with { type: "text" };
import extensions from "./sql/extensions.sql" with { type: "text" };
import functions from "./sql/functions.sql" with { type: "text" };
import indexes from "./sql/indexes.sql" with { type: "text" };
import inherits from "./sql/inherits.sql" with { type: "text" };
import policies from "./sql/policies.sql" with { type: "text" };
import ranges from "./sql/ranges.sql" with { type: "text" };
import schemas from "./sql/schemas.sql" with { type: "text" };
import sequences from "./sql/sequences.sql" with { type: "text" };
import server from "./sql/server.sql" with { type: "text" };
import tables from "./sql/tables.sql" with { type: "text" };
import triggers from "./sql/triggers.sql" with { type: "text" };
import views from "./sql/views.sql" with { type: "text" };
import { forServer } from "./version.ts";

export interface ReadOptions {
  /** What is left out, with what lives in it. */
  readonly ignore: IgnoreMatcher;
}

interface ServerRow {
  readonly version: number;
  readonly database: number;
  readonly system: string | null;
}

/**
 * Reads the whole schema: one exact look. `tx` is a REPEATABLE READ, READ ONLY transaction of the caller, in which this
 * empties search_path. Needs no more than CONNECT. Rejects with what `tx.query` rejects with.
 *
 * pg_get_*def functions see the newest catalog, not the transaction's: the caller repeats the look when the gate moved
 * meanwhile.
 */
export async function readSnapshot(tx: Sql, options: ReadOptions): Promise<Snapshot> {
  const [found] = await tx.query<ServerRow>(server, []);
  if (found === undefined) throw new Error("the server answered without a row");
  const rows = await readCatalogs(tx, found.version);
  const objects = gather(rows, found.version).sort(compareObjects);
  return {
    format: FORMAT_VERSION,
    serverVersionNum: found.version,
    ...(found.system === null ? {} : { origin: `${found.system}:${found.database}` }),
    objects: withoutIgnored(objects, options.ignore),
    unreadable: [],
  };
}

type CatalogRows = Awaited<ReturnType<typeof readCatalogs>>;

/** All catalogs at once: the statements go out together, so that the look costs one round trip. */
async function readCatalogs(tx: Sql, version: number) {
  const read = <T>(text: string) => tx.query<T>(forServer(text, version), []);
  const all = await Promise.all([
    read<SchemaRow>(schemas),
    read<ExtensionRow>(extensions),
    read<CommentRow>(comments),
    read<EnumRow>(enums),
    read<CompositeRow>(composites),
    read<DomainRow>(domains),
    read<RangeRow>(ranges),
    read<SequenceRow>(sequences),
    read<TableRow>(tables),
    read<InheritsRow>(inherits),
    read<ViewRow>(views),
    read<ColumnRow>(columns),
    read<ConstraintRow>(constraints),
    read<IndexRow>(indexes),
    read<FunctionRow>(functions),
    read<AggregateRow>(aggregates),
    read<TriggerRow>(triggers),
    read<PolicyRow>(policies),
  ]);
  return {
    schemas: all[0],
    extensions: all[1],
    comments: all[2],
    enums: all[3],
    composites: all[4],
    domains: all[5],
    ranges: all[6],
    sequences: all[7],
    tables: all[8],
    inherits: all[9],
    views: all[10],
    columns: all[11],
    constraints: all[12],
    indexes: all[13],
    functions: all[14],
    aggregates: all[15],
    triggers: all[16],
    policies: all[17],
  };
}

/** Puts the rows together: containers before what they contain, columns before what names them. */
function gather(rows: CatalogRows, serverVersionNum: number): CatalogObject[] {
  const told = commentsByAddress(rows.comments);
  for (const [address, comment] of told) if (isStandardComment(address, comment)) told.delete(address);
  const gathering: Gathering = {
    serverVersionNum,
    objects: [],
    schemas: new Map(),
    relations: new Map(),
    columns: new Map(),
    comments: told,
  };
  const parents = parentsByChild(rows.inherits);
  gatherSchemas(gathering, rows.schemas);
  gatherExtensions(gathering, rows.extensions);
  gatherEnums(gathering, rows.enums);
  gatherComposites(gathering, rows.composites);
  gatherDomains(gathering, rows.domains);
  gatherRanges(gathering, rows.ranges);
  gatherTables(gathering, rows.tables, parents);
  gatherViews(gathering, rows.views);
  gatherColumns(
    gathering,
    rows.columns,
    identitySequences(rows.sequences),
    notNullsByColumn(rows.constraints),
  );
  gatherSequences(gathering, rows.sequences);
  gatherConstraints(gathering, rows.constraints);
  gatherIndexes(gathering, rows.indexes, parents);
  gatherFunctions(gathering, rows.functions);
  gatherAggregates(gathering, rows.aggregates);
  gatherTriggers(gathering, rows.triggers);
  gatherPolicies(gathering, rows.policies);
  return gathering.objects;
}
