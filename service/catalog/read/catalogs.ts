import accessMethods from "../sql/access-methods.sql" with { type: "text" };
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
import defaultPrivileges from "../sql/default-privileges.sql" with { type: "text" };
import domains from "../sql/domains.sql" with { type: "text" };
import enums from "../sql/enums.sql" with { type: "text" };
import eventTriggers from "../sql/event-triggers.sql" with { type: "text" };
import extensions from "../sql/extensions.sql" with { type: "text" };
import foreignColumns from "../sql/foreign-columns.sql" with { type: "text" };
import wrappers from "../sql/foreign-data-wrappers.sql" with { type: "text" };
import foreignServers from "../sql/foreign-servers.sql" with { type: "text" };
import foreignTables from "../sql/foreign-tables.sql" with { type: "text" };
import functions from "../sql/functions.sql" with { type: "text" };
import indexes from "../sql/indexes.sql" with { type: "text" };
import inherits from "../sql/inherits.sql" with { type: "text" };
import languages from "../sql/languages.sql" with { type: "text" };
import largeObjects from "../sql/large-objects.sql" with { type: "text" };
import memberGrants from "../sql/member-grants.sql" with { type: "text" };
import operatorClasses from "../sql/operator_classes.sql" with { type: "text" };
import operatorFamilies from "../sql/operator_families.sql" with { type: "text" };
import operators from "../sql/operators.sql" with { type: "text" };
import parameters from "../sql/parameters.sql" with { type: "text" };
import policies from "../sql/policies.sql" with { type: "text" };
import publications from "../sql/publications.sql" with { type: "text" };
import ranges from "../sql/ranges.sql" with { type: "text" };
import roles from "../sql/roles.sql" with { type: "text" };
import rules from "../sql/rules.sql" with { type: "text" };
import schemas from "../sql/schemas.sql" with { type: "text" };
import securityLabels from "../sql/security-labels.sql" with { type: "text" };
import sequences from "../sql/sequences.sql" with { type: "text" };
import statistics from "../sql/statistics.sql" with { type: "text" };
import subscriptions from "../sql/subscriptions.sql" with { type: "text" };
import tables from "../sql/tables.sql" with { type: "text" };
import tablespaces from "../sql/tablespaces.sql" with { type: "text" };
import textSearchConfigurations from "../sql/text_search_configurations.sql" with { type: "text" };
import textSearchDictionaries from "../sql/text_search_dictionaries.sql" with { type: "text" };
import textSearchParsers from "../sql/text_search_parsers.sql" with { type: "text" };
import textSearchTemplates from "../sql/text_search_templates.sql" with { type: "text" };
import transforms from "../sql/transforms.sql" with { type: "text" };
import triggers from "../sql/triggers.sql" with { type: "text" };
import userMappings from "../sql/user-mappings.sql" with { type: "text" };
import views from "../sql/views.sql" with { type: "text" };
import type { CollationRow, ConversionRow } from "./collations.ts";
import type { ColumnRow } from "./columns.ts";
import type { DatabaseRow } from "./database.ts";
import type {
  ForeignColumnRow,
  ForeignServerRow,
  ForeignTableRow,
  UserMappingRow,
  WrapperRow,
} from "./foreign.ts";
import type { CommentRow, LabelRow } from "./gathering.ts";
import type { ExtensionRow, SchemaRow } from "./namespaces.ts";
import type { CastRow, FamilyRow, OperatorClassRow, OperatorRow } from "./operators.ts";
import type { ConstraintRow, IndexRow, PolicyRow, TriggerRow } from "./parts.ts";
import type { AccessMethodRow, EventTriggerRow, LanguageRow, TransformRow } from "./procedural.ts";
import type { InheritsRow, TableRow, ViewRow } from "./relations.ts";
import type { PublicationRow, SubscriptionRow } from "./replication.ts";
import type { DefaultPrivilegesRow, LargeObjectRow, MemberGrantRow, ParameterRow } from "./rights.ts";
import type { RoleRow, TablespaceRow } from "./roles.ts";
import type { AggregateRow, FunctionRow } from "./routines.ts";
import type { RuleRow, StatisticsRow } from "./rules.ts";
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
  readonly access_methods: readonly AccessMethodRow[];
  readonly default_privileges: readonly DefaultPrivilegesRow[];
  readonly event_triggers: readonly EventTriggerRow[];
  readonly foreign_columns: readonly ForeignColumnRow[];
  readonly wrappers: readonly WrapperRow[];
  readonly foreign_servers: readonly ForeignServerRow[];
  readonly foreign_tables: readonly ForeignTableRow[];
  readonly languages: readonly LanguageRow[];
  readonly large_objects: readonly LargeObjectRow[];
  readonly member_grants: readonly MemberGrantRow[];
  readonly parameters: readonly ParameterRow[];
  readonly publications: readonly PublicationRow[];
  readonly rules: readonly RuleRow[];
  readonly statistics: readonly StatisticsRow[];
  readonly subscriptions: readonly SubscriptionRow[];
  readonly transforms: readonly TransformRow[];
  readonly user_mappings: readonly UserMappingRow[];
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
  access_methods: accessMethods,
  default_privileges: defaultPrivileges,
  event_triggers: eventTriggers,
  foreign_columns: foreignColumns,
  wrappers,
  foreign_servers: foreignServers,
  foreign_tables: foreignTables,
  languages,
  large_objects: largeObjects,
  member_grants: memberGrants,
  parameters,
  publications,
  rules,
  statistics,
  subscriptions,
  transforms,
  user_mappings: userMappings,
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
