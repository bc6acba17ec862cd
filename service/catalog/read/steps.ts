import type { CatalogRows } from "./catalogs.ts";
import { gatherCollations, gatherConversions } from "./collations.ts";
import { gatherColumns } from "./columns.ts";
import { gatherDatabase } from "./database.ts";
import {
  foreignOptions,
  gatherForeignServers,
  gatherForeignTables,
  gatherUserMappings,
  gatherWrappers,
} from "./foreign.ts";
import type { Gathering } from "./gathering.ts";
import { gatherExtensions, gatherSchemas } from "./namespaces.ts";
import { gatherCasts, gatherOperatorClasses, gatherOperatorFamilies, gatherOperators } from "./operators.ts";
import {
  gatherConstraints,
  gatherIndexes,
  gatherPolicies,
  gatherTriggers,
  notNullsByColumn,
} from "./parts.ts";
import { gatherAccessMethods, gatherEventTriggers, gatherLanguages, gatherTransforms } from "./procedural.ts";
import { gatherTables, gatherViews, parentsByChild } from "./relations.ts";
import { gatherPublications, gatherSubscriptions } from "./replication.ts";
import {
  BUILTIN,
  gatherDefaultPrivileges,
  gatherLargeObjects,
  gatherParameters,
  memberGrants,
} from "./rights.ts";
import { gatherRoles, gatherTablespaces } from "./roles.ts";
import { gatherAggregates, gatherFunctions } from "./routines.ts";
import { gatherRules, gatherStatistics } from "./rules.ts";
import { gatherSequences, identitySequences } from "./sequences.ts";
import { gatherConfigurations, gatherDictionaries, gatherParsers, gatherTemplates } from "./textsearch.ts";
import { gatherBaseTypes, gatherComposites, gatherDomains, gatherEnums, gatherRanges } from "./types.ts";

/** One step of putting a snapshot together: the rows it needs, and what it makes of them. */
export interface Step {
  readonly reads: readonly (keyof CatalogRows)[];
  gather(gathering: Gathering, rows: CatalogRows): void;
}

/** What knows of nothing but schemas, and what must be known before the relations. */
export const BEFORE: readonly Step[] = [
  { reads: ["schemas"], gather: (to, { schemas }) => gatherSchemas(to, schemas) },
  {
    reads: ["extensions", "member_grants"],
    gather: (to, { extensions, member_grants }) =>
      gatherExtensions(to, extensions, memberGrants(member_grants)),
  },
  { reads: ["languages"], gather: (to, { languages }) => gatherLanguages(to, languages) },
  { reads: ["access_methods"], gather: (to, { access_methods }) => gatherAccessMethods(to, access_methods) },
  { reads: ["wrappers"], gather: (to, { wrappers }) => gatherWrappers(to, wrappers) },
  {
    reads: ["foreign_servers"],
    gather: (to, { foreign_servers }) => gatherForeignServers(to, foreign_servers),
  },
  { reads: ["user_mappings"], gather: (to, { user_mappings }) => gatherUserMappings(to, user_mappings) },
  { reads: ["enums"], gather: (to, { enums }) => gatherEnums(to, enums) },
  { reads: ["composites"], gather: (to, { composites }) => gatherComposites(to, composites) },
  { reads: ["domains"], gather: (to, { domains }) => gatherDomains(to, domains) },
  { reads: ["ranges"], gather: (to, { ranges }) => gatherRanges(to, ranges) },
  { reads: ["roles"], gather: (to, { roles }) => gatherRoles(to, roles) },
  { reads: ["tablespaces"], gather: (to, { tablespaces }) => gatherTablespaces(to, tablespaces) },
  {
    reads: ["database", "member_grants"],
    gather: (to, { database, member_grants }) =>
      gatherDatabase(to, database, memberGrants(member_grants).get(BUILTIN)),
  },
  { reads: ["base_types"], gather: (to, { base_types }) => gatherBaseTypes(to, base_types) },
  { reads: ["collations"], gather: (to, { collations }) => gatherCollations(to, collations) },
  { reads: ["casts"], gather: (to, { casts }) => gatherCasts(to, casts) },
  { reads: ["operators"], gather: (to, { operators }) => gatherOperators(to, operators) },
  {
    reads: ["operator_families"],
    gather: (to, { operator_families }) => gatherOperatorFamilies(to, operator_families),
  },
  {
    reads: ["operator_classes"],
    gather: (to, { operator_classes }) => gatherOperatorClasses(to, operator_classes),
  },
  { reads: ["conversions"], gather: (to, { conversions }) => gatherConversions(to, conversions) },
  {
    reads: ["text_search_parsers"],
    gather: (to, { text_search_parsers }) => gatherParsers(to, text_search_parsers),
  },
  {
    reads: ["text_search_templates"],
    gather: (to, { text_search_templates }) => gatherTemplates(to, text_search_templates),
  },
  {
    reads: ["text_search_dictionaries"],
    gather: (to, { text_search_dictionaries }) => gatherDictionaries(to, text_search_dictionaries),
  },
  {
    reads: ["text_search_configurations"],
    gather: (to, { text_search_configurations }) => gatherConfigurations(to, text_search_configurations),
  },
  { reads: ["functions"], gather: (to, { functions }) => gatherFunctions(to, functions) },
  { reads: ["aggregates"], gather: (to, { aggregates }) => gatherAggregates(to, aggregates) },
];

/** Makes what is made of the same rows once: a large database is gathered some relations at a time, and these are for all. */
function once<Rows extends object, Made>(make: (rows: Rows) => Made): (rows: Rows) => Made {
  const made = new WeakMap<Rows, Made>();
  return (rows) => {
    const known = made.get(rows) ?? make(rows);
    made.set(rows, known);
    return known;
  };
}

const parentsOf = once(parentsByChild);
const identitiesOf = once(identitySequences);
const notNullsOf = once(notNullsByColumn);
const optionsOf = once(foreignOptions);

/** Relations with their columns, constraints and indexes. On a large database this is done for some of them at a time. */
export const RELATIONS: Step = {
  reads: [
    "inherits",
    "sequences",
    "tables",
    "foreign_tables",
    "foreign_columns",
    "views",
    "columns",
    "constraints",
    "indexes",
  ],
  gather(to, rows) {
    const { inherits, sequences, tables, views, columns, constraints, indexes } = rows;
    const parents = parentsOf(inherits);
    gatherTables(to, tables, parents);
    gatherForeignTables(to, rows.foreign_tables, parents);
    gatherViews(to, views);
    gatherColumns(
      to,
      columns,
      identitiesOf(sequences),
      notNullsOf(constraints),
      optionsOf(rows.foreign_columns),
    );
    gatherConstraints(to, constraints);
    gatherIndexes(to, indexes, parents);
  },
};

/** What names relations or their columns. */
export const AFTER: readonly Step[] = [
  { reads: ["sequences"], gather: (to, { sequences }) => gatherSequences(to, sequences) },
  { reads: ["triggers"], gather: (to, { triggers }) => gatherTriggers(to, triggers) },
  { reads: ["policies"], gather: (to, { policies }) => gatherPolicies(to, policies) },
  { reads: ["rules"], gather: (to, { rules }) => gatherRules(to, rules) },
  { reads: ["statistics"], gather: (to, { statistics }) => gatherStatistics(to, statistics) },
  { reads: ["transforms"], gather: (to, { transforms }) => gatherTransforms(to, transforms) },
  { reads: ["event_triggers"], gather: (to, { event_triggers }) => gatherEventTriggers(to, event_triggers) },
  { reads: ["publications"], gather: (to, { publications }) => gatherPublications(to, publications) },
  { reads: ["subscriptions"], gather: (to, { subscriptions }) => gatherSubscriptions(to, subscriptions) },
  {
    reads: ["default_privileges"],
    gather: (to, { default_privileges }) => gatherDefaultPrivileges(to, default_privileges),
  },
  { reads: ["parameters"], gather: (to, { parameters }) => gatherParameters(to, parameters) },
  { reads: ["large_objects"], gather: (to, { large_objects }) => gatherLargeObjects(to, large_objects) },
];

/** All of them, in their order. */
export const STEPS: readonly Step[] = [...BEFORE, RELATIONS, ...AFTER];
