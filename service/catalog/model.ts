/**
 * A schema as Schemawatch sees it: a flat list of objects, each addressed by kind and identity. A new kind of object is
 * a new reader (sql/*.sql) and a row in KINDS; nothing else knows the list.
 */

/** The version of the snapshot's content. Raised when the same schema would read differently; stored snapshots and files of another version are re-baselined openly, never compared. */
export const FORMAT_VERSION = 3;

/** PostgreSQL's own words for what CREATE makes. */
export type Kind =
  | "role"
  | "tablespace"
  | "database" // the one that is looked at
  | "schema"
  | "extension"
  | "enum"
  | "composite type"
  | "domain"
  | "range type"
  | "base type" // made from an input and an output function; shells too
  | "collation"
  | "sequence"
  | "table" // partitioned tables and partitions too
  | "column" // of tables, views, materialized views
  | "constraint"
  | "index"
  | "view"
  | "materialized view"
  | "function"
  | "procedure"
  | "aggregate"
  | "cast"
  | "operator"
  | "operator family"
  | "operator class"
  | "conversion"
  | "text search parser"
  | "text search template"
  | "text search dictionary"
  | "text search configuration"
  | "trigger"
  | "policy"
  | "foreign data wrapper"
  | "foreign server"
  | "user mapping"
  | "foreign table"
  | "rule" // a view's own _RETURN is the view
  | "statistics"
  | "publication"
  | "subscription"
  | "event trigger"
  | "language"
  | "transform"
  | "access method"
  | "default privileges"
  | "parameter"
  | "large object";

/** Every kind, containers before what they contain: the order in which objects are sorted, compared and written. */
export const KINDS: readonly Kind[] = [
  "role",
  "tablespace",
  "database",
  "schema",
  "extension",
  "language",
  "access method",
  "foreign data wrapper",
  "foreign server",
  "user mapping",
  "enum",
  "composite type",
  "domain",
  "range type",
  "base type",
  "collation",
  "sequence",
  "table",
  "foreign table",
  "view",
  "materialized view",
  "column",
  "constraint",
  "index",
  "function",
  "procedure",
  "aggregate",
  "cast",
  "operator",
  "operator family",
  "operator class",
  "conversion",
  "text search parser",
  "text search template",
  "text search dictionary",
  "text search configuration",
  "trigger",
  "policy",
  "rule",
  "statistics",
  "transform",
  "event trigger",
  "publication",
  "subscription",
  "default privileges",
  "parameter",
  "large object",
];

/** Kinds that are parts of a table or view: named below it, told with it when it comes or goes. */
export const PARTS: ReadonlySet<Kind> = new Set<Kind>([
  "column",
  "constraint",
  "index",
  "trigger",
  "policy",
  "rule",
]);

/** Kinds without a name of their own: named after what they are for, whose rename they follow. */
export const NAMELESS: ReadonlySet<Kind> = new Set<Kind>(["user mapping", "transform", "default privileges"]);

/** Kinds that live in the database itself and have a plain name; the other ones, parts aside, live in a schema. */
export const WITHOUT_SCHEMA: ReadonlySet<Kind> = new Set<Kind>([
  "role",
  "tablespace",
  "database",
  "schema",
  "extension",
  "language",
  "access method",
  "foreign data wrapper",
  "foreign server",
  "event trigger",
  "publication",
  "subscription",
  "parameter",
  "large object",
]);

const RANK: ReadonlyMap<Kind, number> = new Map(KINDS.map((kind, rank) => [kind, rank]));

/** The order of a snapshot: by kind as in KINDS, then by identity by code unit, so that parents come before their children. */
export function compareObjects(
  a: { readonly kind: Kind; readonly identity: string },
  b: { readonly kind: Kind; readonly identity: string },
): number {
  if (a.kind !== b.kind) return (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0);
  return a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0;
}

/** One text that is unique to an object within a snapshot. */
export function objectKey(object: { readonly kind: Kind; readonly identity: string }): string {
  return `${object.kind}:${object.identity}`;
}

/** Stands for what the role may not read: it is shown, and differs from nothing. */
export const NOT_READABLE = "(not readable by this role)";

export type AttributeValue = string | number | boolean | null | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * One object. Only what a person or pg_dump would call the schema is in `attributes`: no OIDs, no times, no planner
 * statistics. An attribute at its default (null, false, empty list) is left out, so that a new attribute does not touch
 * objects that do not use it.
 */
export interface CatalogObject {
  readonly kind: Kind;
  /** Own name as stored in the catalog, unquoted; a function's name without its arguments. */
  readonly name: string;
  /**
   * Quoted where SQL would quote, and unique within its kind: `public`, `public.orders`, `public.orders.total` (column),
   * `public.orders.orders_pkey` (constraint, trigger, policy: below their table), `public.orders_total_idx` (index),
   * `public.invoice(bigint, text)` (functions: identity arguments), `pgcrypto` (extension),
   * `files.ann` (user mapping: below its server), `ann.tables` or `public.ann.tables` (default privileges: of a role, in a
   * schema), `public.hstore.plperl` (transform: type and language).
   */
  readonly identity: string;
  /** Identity of the object this one lives in and goes away with: column → table, table → schema. Absent for what lives in the database itself. */
  readonly parent?: { readonly kind: Kind; readonly identity: string };
  /**
   * Address within one server, `catalog:oid:subid` as in pg_depend, e.g. `pg_class:16402:3` for a column. Absent in
   * files. The same address in two snapshots of one server is the same object: that is how a rename is known.
   */
  readonly address?: string;
  /** xmin of the catalog row(s) that define it, on the same server: unchanged means that nobody altered the object itself. Absent in files. */
  readonly version?: string;
  readonly attributes: Attributes;
  /** Hash of the content (hash.ts) where it is at hand. */
  readonly hash?: string;
}

/** What a look of some objects only must know of the look before. */
export interface Standing {
  /** The oldest transaction that was running then, a full xid: rows of older ones were seen. */
  readonly horizon: bigint;
  /** Of the server's start and role, and of the ignore list: under others everything is read again. */
  readonly under: string;
  /** What standing.sql answered. */
  readonly names: string | null;
  readonly members: string | null;
  readonly owned: string | null;
  readonly places: string | null;
}

/** What a look of some objects only read again: whole tables with all their parts, and all objects of the small kinds. */
export interface Since {
  readonly previous: readonly CatalogObject[];
  /** Of `previous`, those that were read again, whether they changed or not; sorted. */
  readonly gone: readonly CatalogObject[];
  /** What took their place; the same object where nothing of it changed. Sorted. */
  readonly come: readonly CatalogObject[];
}

/**
 * What a look could not read: nothing of it came or went between that look and another one. Nobody guesses what is there.
 */
export interface Unseen {
  /** Kinds of which objects may be there that the look does not show, with what lives in them. */
  readonly kinds: readonly Kind[];
  /** Attributes that any object may have and the look does not show. */
  readonly attributes: readonly string[];
  /** `catalog:oid` of objects of which single attributes could not be printed. */
  readonly addresses: readonly string[];
}

/** What one exact look saw. */
export interface Snapshot {
  readonly format: number;
  /** e.g. 180004; for text files the major only matters for messages. */
  readonly serverVersionNum: number;
  /** `pg_control_system().system_identifier` with the database's OID, where readable: addresses compare only within the same origin. Absent in files. */
  readonly origin?: string;
  /** Hash of the server's answers that this was made from: the same again means the same snapshot, to the row version. Absent in files. */
  readonly reading?: string;
  /** What the next look needs to read only what changed since (read/changes.ts). Absent for small databases, and in files. */
  readonly standing?: Standing;
  /** From a look that read some objects only: all others are those of `previous`. */
  readonly since?: Since;
  /** Sorted by `compareObjects`: parents before children, then kind, then identity by code unit. */
  readonly objects: readonly CatalogObject[];
  /** What could not be read with this role, in words; never an error. */
  readonly unreadable: readonly string[];
  /** The same for comparisons; absent when everything was read. */
  readonly unseen?: Unseen;
}

/*
 * Attributes by kind (v3). All kinds: `owner` (not columns, constraints, indexes, triggers, policies, rules, transforms, access methods,
 * user mappings, default privileges, parameters), `comment`, `securityLabels` (list "provider: label"),
 * `grants` (sorted list of "grantee: PRIVILEGE[, …] [(with grant option: …)] [(granted by role)]", PUBLIC for everyone, the grantor where it is not
 * the owner, defaults left out as pg_dump does, a default that was revoked as "grantee: no PRIVILEGE[, …]"; on columns the column grants). Text made by the server (pg_get_*def) is kept as the server prints it with
 * search_path = ''.
 *
 * schema            owner
 * extension         schema, version, memberGrants (list "function public.f(text): app: EXECUTE": rights on its members that
 *                   were changed since it was made, by pg_init_privs)
 * enum              values (ordered list)
 * composite type    fields (ordered list "name type [COLLATE …]"), fieldComments (list "name: comment")
 * domain            type, notNull, notNullName (17+, when not generated), default, collation, constraints (list "name: CHECK (…)[ NOT VALID]"), constraintComments
 * range type        subtype, multirange, collation, opclass, canonical, subtypeDiff
 * sequence          type, start, increment, min, max, cache, cycle, ownedBy ("public.t.c"), persistence
 * table             persistence ("unlogged"; default left out), partitionBy ("RANGE (at)"), partitionOf, bound,
 *                   inherits (list), options (list "fillfactor=70", "toast.…"), rowSecurity, forceRowSecurity, replicaIdentity,
 *                   accessMethod (not heap), tablespace, ofType, constraintsOff (foreign or deferrable keys are not enforced:
 *                   DISABLE TRIGGER ALL; pg_dump does not show it)
 * column            position (1-based among live columns; diff reports it only when the order of the common columns changed),
 *                   type (format_type), notNull, default (expression), identity ("ALWAYS" | "BY DEFAULT"; its sequence's
 *                   name in identitySequence, its options in identityOptions when not default, its comment and grants in
 *                   identityComment and identityGrants), generated ("STORED" | "VIRTUAL") with `expression`, collation (when not the
 *                   type's), storage (when not the type's), compression, statistics (target), options, inherited (bool),
 *                   notNullValid (only when false), notNullNoInherit, notNullComment (PostgreSQL 18's NOT NULL with a
 *                   generated name), foreignOptions (list; of foreign tables' columns)
 * constraint        type ("PRIMARY KEY" | "UNIQUE" | "CHECK" | "FOREIGN KEY" | "EXCLUDE" | "NOT NULL"), definition
 *                   (pg_get_constraintdef), valid (only when false), enforced (only when false), deferrable, initiallyDeferred,
 *                   noInherit, inherited, references (FK: identity of the other table), columns (list); of the index
 *                   behind it: options, tablespace, clustered, indexComment.
 *                   PostgreSQL 18's NOT NULL constraints with generated names (…_not_null) are the column's only. A
 *                   partition's copy of a foreign key is told with its parent's.
 *                   The index behind PRIMARY KEY/UNIQUE/EXCLUDE is the constraint's, not an object of its own.
 * index             definition (pg_get_indexdef, name and schema included; diff ignores a pure rename inside it), table, unique, valid (only when false),
 *                   ready (only when false), method, columns (list; expressions as printed), predicate, statistics (list "column: target"), options, tablespace, clustered, replicaIdentity, partitionOf (parent index),
 *                   nullsNotDistinct
 * view              definition (pg_get_viewdef), options (list: security_barrier, security_invoker, check_option)
 * materialized view definition, options, populated (only when false), tablespace, accessMethod
 * function          language, returns, arguments (pg_get_function_arguments), volatility, strict, security ("DEFINER"), parallel,
 * procedure         leakproof, cost, rows, settings (list), transforms (list of types), support (function), library (of C functions), body
 *                   (text, or SQL as pg_get_function_sqlbody prints it where parsed), parsed (true), window; for procedures the same less returns
 * aggregate         arguments, returns, transition, state, final, initial, combine, sortOperator … what CREATE AGGREGATE takes
 * trigger           definition (pg_get_triggerdef), enabled (only when not "origin"), function, partitions (list "public.t_1: disabled": where its copy is
 *                   switched otherwise than the trigger above it; copies are told with it)
 * policy            command, permissive (only when false), roles (list), using, check
 * role              (pg_roles; never a password) superuser, inherit (only when false), createRole, createDatabase, login, replication,
 *                   bypassRowSecurity, connectionLimit, validUntil (UTC), settings (list "name=value", secrets hidden: masking.ts),
 *                   memberOf (list "role [WITH ADMIN TRUE, INHERIT FALSE, SET FALSE] [GRANTED BY role]"; INHERIT where it is not the member's own).
 *                   The superuser of initdb and predefined roles are objects only when changed. No owner, no grants.
 * tablespace        location (local), options; pg_default and pg_global only when changed
 * database          the one that is looked at, called current_database: name (local), encoding, provider, locale, lcCollate,
 *                   lcCtype, rules, collationVersion (local), actualCollationVersion (local; only when another), tablespace,
 *                   connectionLimit, allowConnections (only when false), template, settings, roleSettings (list "role: name=value"),
 *                   builtinGrants (list as memberGrants: on what came with the server)
 * base type         shell (true: nothing else), input, output, receive, send, modifierInput, modifierOutput, analyze, subscript, length (not
 *                   variable), byValue, alignment, storage, category, preferred, delimiter, element, default, collatable
 * collation         provider, locale, lcCollate, lcCtype, rules, deterministic (only when false), collationVersion (local: as
 *                   recorded), actualCollationVersion (local: the library's, only when another)
 * cast              identity (source AS target); function, method ("INOUT" | "WITHOUT FUNCTION"), context ("ASSIGNMENT" | "IMPLICIT")
 * operator          identity public.===(left, right), NONE for no left; returns, function, commutator, negator, restrict, join, hashes, merges
 * operator family   identity public.ops USING btree; operators, functions: the members that are in no class of it
 * operator class    identity public.ops USING btree; type, default, family, storage, operators (list "strategy operator
 *                   [FOR ORDER BY family]"), functions (list "number (left, right) function")
 * conversion        from, to, function, default
 * text search parser start, token, end, types, headline; template: init, lexize; dictionary: template, options;
 *                   configuration: parser, mappings (list "token: dictionary, …")
 * language          trusted, handler, inline, validator
 * access method     type ("INDEX" | "TABLE"), handler
 * transform         identity type's schema.type.language; fromSql, toSql
 * event trigger     event, function, tags (list), enabled (only when not "origin")
 * rule              definition (pg_get_ruledef), event, instead, enabled (only when not "origin"); a view's own _RETURN is the view
 * statistics        table, on (list of columns and expressions), kinds (list), target, definition (pg_get_statisticsobjdef)
 * foreign data wrapper handler, validator, options (list "name=value", secrets hidden: masking.ts)
 * foreign server    wrapper, type, version, options (as above)
 * user mapping      options (names only; NOT_READABLE where the role may not read them)
 * foreign table     server, options (as above), partitionOf, bound, inherits
 * publication       allTables, tables (list "schema.table (columns) WHERE (filter)"), schemas (list), publish (only when not all four),
 *                   viaRoot, generatedColumns
 * subscription      (never what it connects to) publications (list), disabled, slot (when not its name; "NONE"), streaming, synchronousCommit,
 *                   binary, twoPhase, disableOnError, passwordRequired (only when false), runAsOwner, origin, failover
 * default privileges grants: of a role's future objects, where in a schema on top of the role's own
 * parameter         grants: who may set it (15 and newer)
 * large object      only those with grants, a comment or a label, at most 1,000: their contents and their coming and going are data
 * Local attributes (local.ts) are compared between looks at one server only.
 */
