import type { CatalogRows } from "./catalogs.ts";
import { gatherCollations, gatherConversions } from "./collations.ts";
import { gatherColumns } from "./columns.ts";
import { gatherDatabase } from "./database.ts";
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
import { gatherTables, gatherViews, parentsByChild } from "./relations.ts";
import { gatherRoles, gatherTablespaces } from "./roles.ts";
import { gatherAggregates, gatherFunctions } from "./routines.ts";
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
  { reads: ["extensions"], gather: (to, { extensions }) => gatherExtensions(to, extensions) },
  { reads: ["enums"], gather: (to, { enums }) => gatherEnums(to, enums) },
  { reads: ["composites"], gather: (to, { composites }) => gatherComposites(to, composites) },
  { reads: ["domains"], gather: (to, { domains }) => gatherDomains(to, domains) },
  { reads: ["ranges"], gather: (to, { ranges }) => gatherRanges(to, ranges) },
  { reads: ["roles"], gather: (to, { roles }) => gatherRoles(to, roles) },
  { reads: ["tablespaces"], gather: (to, { tablespaces }) => gatherTablespaces(to, tablespaces) },
  { reads: ["database"], gather: (to, { database }) => gatherDatabase(to, database) },
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

/** Relations with their columns, constraints and indexes. On a large database this is done for some of them at a time. */
export const RELATIONS: Step = {
  reads: ["inherits", "sequences", "tables", "views", "columns", "constraints", "indexes"],
  gather(to, { inherits, sequences, tables, views, columns, constraints, indexes }) {
    const parents = parentsByChild(inherits);
    gatherTables(to, tables, parents);
    gatherViews(to, views);
    gatherColumns(to, columns, identitySequences(sequences), notNullsByColumn(constraints));
    gatherConstraints(to, constraints);
    gatherIndexes(to, indexes, parents);
  },
};

/** What names relations or their columns. */
export const AFTER: readonly Step[] = [
  { reads: ["sequences"], gather: (to, { sequences }) => gatherSequences(to, sequences) },
  { reads: ["triggers"], gather: (to, { triggers }) => gatherTriggers(to, triggers) },
  { reads: ["policies"], gather: (to, { policies }) => gatherPolicies(to, policies) },
];

/** All of them, in their order. */
export const STEPS: readonly Step[] = [...BEFORE, RELATIONS, ...AFTER];
