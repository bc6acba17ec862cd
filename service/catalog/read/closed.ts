import { COMMENT_ATTRIBUTES } from "../comments.ts";
import type { Kind, Unseen } from "../model.ts";
import type { CatalogRows } from "./catalogs.ts";
import type { CatalogName } from "./gathering.ts";

/** What is not known of a schema when a catalog cannot be read. */
interface Loss {
  readonly kinds?: readonly Kind[];
  /** Of objects of any kind. */
  readonly attributes?: readonly string[];
  /** What its rows' OIDs are of. */
  readonly catalog?: CatalogName;
}

const IDENTITY = ["identitySequence", "identityOptions", "identityComment", "identityGrants"];
/** Texts that are put together with the names of relations and their columns. */
const NAMED = ["columns", "on", "definition"];
const INDEX = ["options", "tablespace", "clustered", "indexComment"];

const LOSSES: Readonly<Record<keyof CatalogRows, Loss>> = {
  schemas: { kinds: ["schema"] },
  extensions: { kinds: ["extension"] },
  comments: { attributes: COMMENT_ATTRIBUTES },
  security_labels: { attributes: ["securityLabels"] },
  enums: { kinds: ["enum"] },
  composites: { kinds: ["composite type"] },
  domains: { kinds: ["domain"], catalog: "pg_type" },
  ranges: { kinds: ["range type"] },
  roles: { kinds: ["role"] },
  tablespaces: { kinds: ["tablespace"], catalog: "pg_tablespace" },
  database: { kinds: ["database"], catalog: "pg_database" },
  base_types: { kinds: ["base type"] },
  collations: { kinds: ["collation"], catalog: "pg_collation" },
  casts: { kinds: ["cast"] },
  operators: { kinds: ["operator"] },
  operator_families: { kinds: ["operator family"] },
  operator_classes: { kinds: ["operator class"] },
  conversions: { kinds: ["conversion"] },
  text_search_parsers: { kinds: ["text search parser"] },
  text_search_templates: { kinds: ["text search template"] },
  text_search_dictionaries: { kinds: ["text search dictionary"] },
  text_search_configurations: { kinds: ["text search configuration"] },
  sequences: { kinds: ["sequence"], attributes: IDENTITY },
  tables: { kinds: ["table"], attributes: NAMED, catalog: "pg_class" },
  inherits: { attributes: ["partitionOf", "inherits"] },
  views: { kinds: ["view", "materialized view"], attributes: NAMED, catalog: "pg_class" },
  columns: { kinds: ["column"], attributes: NAMED, catalog: "pg_class" },
  constraints: {
    kinds: ["constraint"],
    attributes: ["notNullValid", "notNullNoInherit", "notNullComment"],
    catalog: "pg_constraint",
  },
  indexes: { kinds: ["index"], attributes: INDEX, catalog: "pg_class" },
  functions: { kinds: ["function", "procedure"], catalog: "pg_proc" },
  aggregates: { kinds: ["aggregate"], catalog: "pg_proc" },
  triggers: { kinds: ["trigger"], catalog: "pg_trigger" },
  policies: { kinds: ["policy"], catalog: "pg_policy" },
  access_methods: { kinds: ["access method"] },
  default_privileges: { kinds: ["default privileges"] },
  event_triggers: { kinds: ["event trigger"] },
  foreign_columns: { attributes: ["foreignOptions"] },
  wrappers: { kinds: ["foreign data wrapper"] },
  foreign_servers: { kinds: ["foreign server"] },
  foreign_tables: { kinds: ["foreign table"], attributes: NAMED, catalog: "pg_class" },
  languages: { kinds: ["language"] },
  large_objects: { kinds: ["large object"] },
  member_grants: { attributes: ["memberGrants", "builtinGrants"] },
  parameters: { kinds: ["parameter"] },
  publications: { kinds: ["publication"], catalog: "pg_publication" },
  rules: { kinds: ["rule"], catalog: "pg_rewrite" },
  statistics: { kinds: ["statistics"], catalog: "pg_statistic_ext" },
  subscriptions: { kinds: ["subscription"] },
  transforms: { kinds: ["transform"] },
  user_mappings: { kinds: ["user mapping"] },
};

/** What a look could not read: whole catalogs, and single objects whose text the server cannot print. */
export class Closed {
  /** In words. */
  readonly told: string[] = [];
  readonly #kinds = new Set<Kind>();
  readonly #attributes = new Set<string>();
  readonly #addresses = new Set<string>();

  /** A catalog that this role may not read, or that the server refuses to read. */
  catalog(name: string, why: string): void {
    const { kinds = [], attributes = [] } = LOSSES[name as keyof CatalogRows];
    for (const kind of kinds) this.#kinds.add(kind);
    for (const attribute of attributes) this.#attributes.add(attribute);
    this.told.push(`all ${name.replaceAll("_", " ")}: ${why}`);
  }

  /** An object whose text cannot be printed; of `columns` the OID of the relation. */
  object(name: string, oid: number, why: string): void {
    const { catalog } = LOSSES[name as keyof CatalogRows];
    if (catalog !== undefined) this.#addresses.add(`${catalog}:${oid}`);
    this.told.push(`definitions in ${name} of OID ${oid}: ${why}`);
  }

  get unseen(): Unseen {
    return {
      kinds: [...this.#kinds],
      attributes: [...this.#attributes],
      addresses: [...this.#addresses],
    };
  }
}
