import aggregates from "../sql/aggregates.sql" with { type: "text" };
import baseTypes from "../sql/base_types.sql" with { type: "text" };
import casts from "../sql/casts.sql" with { type: "text" };
import collations from "../sql/collations.sql" with { type: "text" };
import columns from "../sql/columns.sql" with { type: "text" };
import comments from "../sql/comments.sql" with { type: "text" };
import composites from "../sql/composites.sql" with { type: "text" };
import constraints from "../sql/constraints.sql" with { type: "text" };
import conversions from "../sql/conversions.sql" with { type: "text" };
import database from "../sql/database.sql" with { type: "text" };
import domains from "../sql/domains.sql" with { type: "text" };
import enums from "../sql/enums.sql" with { type: "text" };
import extensions from "../sql/extensions.sql" with { type: "text" };
import functions from "../sql/functions.sql" with { type: "text" };
import indexes from "../sql/indexes.sql" with { type: "text" };
import inherits from "../sql/inherits.sql" with { type: "text" };
import operatorClasses from "../sql/operator_classes.sql" with { type: "text" };
import operatorFamilies from "../sql/operator_families.sql" with { type: "text" };
import operators from "../sql/operators.sql" with { type: "text" };
import policies from "../sql/policies.sql" with { type: "text" };
import ranges from "../sql/ranges.sql" with { type: "text" };
import roles from "../sql/roles.sql" with { type: "text" };
import schemas from "../sql/schemas.sql" with { type: "text" };
import securityLabels from "../sql/security-labels.sql" with { type: "text" };
import sequences from "../sql/sequences.sql" with { type: "text" };
import tables from "../sql/tables.sql" with { type: "text" };
import tablespaces from "../sql/tablespaces.sql" with { type: "text" };
import textSearchConfigurations from "../sql/text_search_configurations.sql" with { type: "text" };
import textSearchDictionaries from "../sql/text_search_dictionaries.sql" with { type: "text" };
import textSearchParsers from "../sql/text_search_parsers.sql" with { type: "text" };
import textSearchTemplates from "../sql/text_search_templates.sql" with { type: "text" };
import triggers from "../sql/triggers.sql" with { type: "text" };
import views from "../sql/views.sql" with { type: "text" };
import type { CollationRow, ConversionRow } from "./collations.ts";
import type { ColumnRow } from "./columns.ts";
import type { DatabaseRow } from "./database.ts";
import type { CommentRow, LabelRow } from "./gathering.ts";
import type { ExtensionRow, SchemaRow } from "./namespaces.ts";
import type { CastRow, FamilyRow, OperatorClassRow, OperatorRow } from "./operators.ts";
import type { ConstraintRow, IndexRow, PolicyRow, TriggerRow } from "./parts.ts";
import type { InheritsRow, TableRow, ViewRow } from "./relations.ts";
import type { RoleRow, TablespaceRow } from "./roles.ts";
import type { AggregateRow, FunctionRow } from "./routines.ts";
import type { SequenceRow } from "./sequences.ts";
import type { ConfigurationRow, DictionaryRow, ParserRow, TemplateRow } from "./textsearch.ts";
import type { BaseTypeRow, CompositeRow, DomainRow, EnumRow, RangeRow } from "./types.ts";

/** What a look reads: the rows of each catalog. They travel as JSON, so OIDs and int8 come as text. */
export interface CatalogRows {
  readonly schemas: readonly SchemaRow[];
  readonly extensions: readonly ExtensionRow[];
  readonly comments: readonly CommentRow[];
  readonly security_labels: readonly LabelRow[];
  readonly enums: readonly EnumRow[];
  readonly composites: readonly CompositeRow[];
  readonly domains: readonly DomainRow[];
  readonly ranges: readonly RangeRow[];
  readonly roles: readonly RoleRow[];
  readonly tablespaces: readonly TablespaceRow[];
  readonly database: readonly DatabaseRow[];
  readonly base_types: readonly BaseTypeRow[];
  readonly collations: readonly CollationRow[];
  readonly casts: readonly CastRow[];
  readonly operators: readonly OperatorRow[];
  readonly operator_families: readonly FamilyRow[];
  readonly operator_classes: readonly OperatorClassRow[];
  readonly conversions: readonly ConversionRow[];
  readonly text_search_parsers: readonly ParserRow[];
  readonly text_search_templates: readonly TemplateRow[];
  readonly text_search_dictionaries: readonly DictionaryRow[];
  readonly text_search_configurations: readonly ConfigurationRow[];
  readonly sequences: readonly SequenceRow[];
  readonly tables: readonly TableRow[];
  readonly inherits: readonly InheritsRow[];
  readonly views: readonly ViewRow[];
  readonly columns: readonly ColumnRow[];
  readonly constraints: readonly ConstraintRow[];
  readonly indexes: readonly IndexRow[];
  readonly functions: readonly FunctionRow[];
  readonly aggregates: readonly AggregateRow[];
  readonly triggers: readonly TriggerRow[];
  readonly policies: readonly PolicyRow[];
}

/** The statement of each catalog, for every server version (version.ts). */
export const STATEMENTS: Readonly<Record<keyof CatalogRows, string>> = {
  schemas,
  extensions,
  comments,
  security_labels: securityLabels,
  enums,
  composites,
  domains,
  ranges,
  roles,
  tablespaces,
  database,
  base_types: baseTypes,
  collations,
  casts,
  operators,
  operator_families: operatorFamilies,
  operator_classes: operatorClasses,
  conversions,
  text_search_parsers: textSearchParsers,
  text_search_templates: textSearchTemplates,
  text_search_dictionaries: textSearchDictionaries,
  text_search_configurations: textSearchConfigurations,
  sequences,
  tables,
  inherits,
  views,
  columns,
  constraints,
  indexes,
  functions,
  aggregates,
  triggers,
  policies,
};

/**
 * Statements as one, a column of JSON for each: one round trip, one plan, and a third of the client's work that
 * single rows would be.
 */
export function allAtOnce(names: readonly (keyof CatalogRows)[]): string {
  return `select\n${names.map((name) => `(${asJson(STATEMENTS[name])}) as ${name}`).join(",\n")}`;
}

/** Every statement. */
export const ALL_NAMES = Object.keys(STATEMENTS) as readonly (keyof CatalogRows)[];

export const ALL_AT_ONCE = allAtOnce(ALL_NAMES);

/** One statement's rows as the text of a JSON list. */
export function asJson(statement: string): string {
  return `select coalesce(json_agg(r), '[]')::text as rows from (\n${statement.trim()}\n) r`;
}
