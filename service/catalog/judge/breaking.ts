import { KIND_BREAKS } from "./breaking_kinds.ts";

/** DDL that a rule calls breaking, and a statement of somebody's program that has another outcome after it: an error, or other rows. */
export interface Break {
  readonly rule: string;
  readonly ddl: string;
  readonly statement: string;
  /** What must be there besides verify.sql. */
  readonly setup?: string;
  /** The first server version that knows the DDL; 14 when left out. */
  readonly since?: number;
}

/** A Break in one line: rule, DDL, statement, and what else there is to say. */
export type BreakRow = readonly [
  rule: string,
  ddl: string,
  statement: string,
  more?: Partial<Pick<Break, "setup" | "since">>,
];

const T = "insert into x.t (id, a, n, checked, required) values";
const AS_ROLE = "set local role judge_role;";
/** What judge_role needs to come to a table at all. */
const SMALL = `insert into x.small values (1, 1), (2, 9);
  grant usage on schema x to judge_role; grant all on x.small to judge_role`;
const READS = "grant usage on schema x to judge_role; grant select on x.t to judge_role";
const HEIR = `create role judge_heir in role judge_group; grant usage on schema x to judge_group;
  grant select on x.t to judge_group`;
const COUNT = `${AS_ROLE} select count(*) from x.small`;
const WORDS = "'glad'::x.mood";
const SAME = `select ${WORDS} operator(x.===) ${WORDS}`;

const TABLES: readonly BreakRow[] = [
  [
    "column-added-required",
    "alter table x.ancestor add extra integer not null",
    "insert into x.ancestor (id) values (1)",
  ],
  ["column-dropped", "alter table x.t drop b", "select b from x.t limit 1"],
  ["column-renamed", "alter table x.t rename b to body", "select b from x.t limit 1"],
  ["column-required", "alter table x.t alter a set not null", `${T} (9999, null, 1, 1, 9999)`],
  [
    "column-required-proven",
    "alter table x.t add constraint t_a_not_null not null a not valid",
    `${T} (9999, null, 1, 1, 9999)`,
    { since: 18 },
  ],
  [
    "column-type-narrowed",
    "alter table x.t alter big type integer",
    "update x.t set big = 3000000000 where id = 1",
  ],
  ["column-type-changed", "alter table x.t alter big type text", "select big + 1 from x.t where id = 1"],
  [
    "column-type-time-zone",
    "alter table x.t alter naive type timestamptz",
    "select pg_typeof(naive)::text from x.t where id = 1",
  ],
  [
    "column-generation-changed",
    "alter table x.t drop doubled, add doubled integer",
    `${T} (9999, 4444, 1, 1, 9999) returning doubled`,
  ],
  ["column-identity-dropped", "alter table x.t alter ident drop identity", `${T} (9999, 9999, 1, 1, 9999)`],
  [
    "column-identity-changed",
    "alter table x.t alter ident set generated always",
    "insert into x.t (id, checked, required, ident) values (9999, 1, 9999, 5)",
  ],
  [
    "column-identity-sequence",
    "alter sequence x.t_ident_seq rename to k",
    "select nextval('x.t_ident_seq') > 0",
  ],
  ["check-added", "alter table x.t add check (a > 0)", `${T} (9999, -1, 1, 1, 9999)`],
  ["check-added-not-valid", "alter table x.t add check (a > 0) not valid", `${T} (9999, -1, 1, 1, 9999)`],
  [
    "foreign-key-added",
    "alter table x.viewed add foreign key (id) references x.t",
    "insert into x.viewed values (99999, 1)",
  ],
  [
    "foreign-key-added-not-valid",
    "alter table x.viewed add foreign key (id) references x.t not valid",
    "insert into x.viewed values (99999, 1)",
  ],
  [
    "unique-added",
    "alter table x.other add unique (loose)",
    "insert into x.other (id, loose) values (9999, 1)",
  ],
  [
    "exclusion-added",
    "alter table x.other add exclude using gist (at with &&)",
    "insert into x.other (id, at) values (9999, int4range(5, 7))",
  ],
  [
    "key-dropped",
    "alter table x.other drop constraint other_code_key",
    "insert into x.other (id, code) values (9999, 1) on conflict (code) do nothing",
  ],
  [
    "constraint-enforced",
    "alter table x.other alter constraint other_wish_fkey enforced",
    "insert into x.other (id, code) values (9999, 99999)",
    { since: 18 },
  ],
  [
    "constraint-redefined",
    "alter table x.t drop constraint checked_required, add constraint checked_required check (a > 0 and checked is not null)",
    `${T} (9999, -1, 1, 1, 9999)`,
  ],
  ["unique-index-added", "create unique index k on x.t (n)", `${T} (9999, 9999, 1, 1, 9999)`],
  [
    "unique-index-on-partitioned-added",
    "create unique index k on x.parent (id)",
    "insert into x.parent values (50, 1)",
  ],
  ["unique-index-dropped", "drop index x.t_a_key", `${T} (9999, 1, 1, 1, 9999) on conflict (a) do nothing`],
  [
    "index-became-unique",
    "drop index x.t_a_key; create unique index t_a_key on x.t (a) nulls not distinct",
    `${T} (9998, null, 1, 1, 9998), (9999, null, 1, 1, 9999)`,
    { since: 15 },
  ],
  ["table-dropped", "drop table x.small", "select 1 from x.small"],
  ["partition-dropped", "drop table x.part1", "insert into x.parent values (50, 1)"],
  ["table-dropped-with-foreign-key", "drop table x.other", "select 1 from x.other limit 1"],
  ["table-renamed", "alter table x.t rename to renamed", "select 1 from x.t limit 1"],
  ["table-moved", "alter table x.t set schema y", "select 1 from x.t limit 1"],
  ["partition-detached", "alter table x.parent detach partition x.part1", "select count(*) from x.parent"],
  [
    "partitioning-changed",
    "drop table x.parent; create table x.parent (id integer, a integer) partition by list (id)",
    "insert into x.parent values (50, 1)",
  ],
  [
    "replica-identity-nothing",
    "alter table x.t replica identity nothing",
    "update x.t set b = 'x' where id = 1",
    { setup: "set local client_min_messages = error; create publication judge_changes for table x.t" },
  ],
];

const SECURITY: readonly BreakRow[] = [
  [
    "policy-added-restrictive",
    "create policy k on x.small as restrictive using (a > 5)",
    COUNT,
    { setup: SMALL },
  ],
  ["policy-dropped", "drop policy seen on x.small", COUNT, { setup: SMALL }],
  ["policy-tightened", "alter policy seen on x.small using (a > 5)", COUNT, { setup: SMALL }],
  [
    "policy-condition",
    "alter policy some_rows on x.small using (a > 50)",
    `${AS_ROLE} with changed as (update x.small set a = 60 returning 1) select count(*) from changed`,
    {
      setup: `${SMALL}; create policy visible on x.small for select using (true); drop policy seen on x.small`,
    },
  ],
  ["policy-roles-removed", "alter policy seen on x.small to judge_somebody", COUNT, { setup: SMALL }],
  [
    "policy-remade",
    "drop policy seen on x.small; create policy seen on x.small for select using (true)",
    `${AS_ROLE} insert into x.small values (3, 3)`,
    { setup: SMALL },
  ],
  [
    "row-security-enabled",
    "alter table x.t enable row level security",
    `${AS_ROLE} select count(*) from x.t`,
    { setup: READS },
  ],
  [
    "rights-revoked",
    "revoke select on x.t from judge_role",
    `${AS_ROLE} select count(*) from x.t`,
    { setup: READS },
  ],
  ["role-dropped", "drop role judge_role", `${AS_ROLE} select 1`],
  ["role-renamed", "alter role judge_role rename to judge_other", `${AS_ROLE} select 1`],
  [
    "role-powers-lost",
    "alter role judge_role nocreaterole",
    `${AS_ROLE} create role judge_made`,
    { setup: "alter role judge_role createrole" },
  ],
  [
    "role-inherit-lost",
    "alter role judge_heir noinherit; revoke judge_group from judge_heir; grant judge_group to judge_heir",
    "set local role judge_heir; select count(*) from x.t",
    { setup: HEIR },
  ],
  [
    "role-left",
    "revoke judge_group from judge_heir",
    "set local role judge_heir; select count(*) from x.t",
    { setup: HEIR },
  ],
];

const VIEWS: readonly BreakRow[] = [
  ["view-dropped", "drop view x.v", "select 1 from x.v limit 1"],
  ["view-renamed", "alter view x.v rename to k", "select 1 from x.v limit 1"],
  ["materialized-view-emptied", "refresh materialized view x.mv with no data", "select 1 from x.mv limit 1"],
  [
    "view-security-invoker",
    "alter view x.v set (security_invoker = true)",
    `${AS_ROLE} select count(*) from x.v`,
    { since: 15, setup: "grant usage on schema x to judge_role; grant select on x.v to judge_role" },
  ],
  [
    "view-check-option",
    "alter view x.positive set (check_option = local)",
    "insert into x.positive values (1, -1)",
    { setup: "create view x.positive as select id, a from x.viewed where a > 0" },
  ],
  [
    "view-column-removed",
    "drop view x.v; create view x.v as select id from x.viewed",
    "select a from x.v limit 1",
  ],
  ["view-column-renamed", "alter view x.v rename a to k", "select a from x.v limit 1"],
  [
    "view-column-type",
    "drop view x.v; create view x.v as select id, a::text as a from x.viewed",
    "select a + 1 from x.v where id = 1",
  ],
];

const TYPES: readonly BreakRow[] = [
  ["type-dropped", "drop domain x.word cascade", "select 'a'::x.word"],
  [
    "type-remade",
    "drop type x.enum_type; create type x.enum_type as enum ('one', 'two')",
    "select 'three'::x.enum_type",
  ],
  ["type-renamed", "alter type x.enum_type rename to k", "select 'one'::x.enum_type"],
  ["enum-value-renamed", "alter type x.enum_type rename value 'one' to 'first'", "select 'one'::x.enum_type"],
  [
    "enum-value-removed",
    "drop type x.enum_type; create type x.enum_type as enum ('one', 'two')",
    "select 'three'::x.enum_type",
  ],
  [
    "enum-reordered",
    "drop type x.enum_type; create type x.enum_type as enum ('two', 'one', 'three')",
    "select 'one'::x.enum_type < 'two'::x.enum_type as smaller",
  ],
  ["composite-field-added", "alter type x.pair add attribute c integer", "select row(1, 'b')::x.pair"],
  ["composite-field-changed", "alter type x.pair drop attribute b", "select (null::x.pair).b"],
  [
    "composite-reordered",
    "drop type x.pair; create type x.pair as (b text, a integer)",
    "select row(1, 'b')::x.pair",
  ],
  ["domain-constraint-added", "alter domain x.word add check (value <> '')", "select ''::x.word"],
  [
    "domain-constraint-added-not-valid",
    "alter domain x.word add constraint k check (value <> '') not valid",
    "select ''::x.word",
  ],
  ["domain-required", "alter domain x.word set not null", "select null::x.word"],
  ["domain-retyped", "drop domain x.word cascade; create domain x.word as integer", "select 'a'::x.word"],
  ["base-type-redefined", "drop type x.base cascade; create type x.base", "select 'a'::x.base"],
  [
    "range-redefined",
    "drop type x.span; create type x.span as range (subtype = text)",
    "select '[1,2]'::x.span @> 1",
  ],
];

const OBJECTS: readonly BreakRow[] = [
  [
    "function-signature-changed",
    "drop function x.f(integer); create function x.f(a integer, b integer) returns integer language sql as 'select 1'",
    "select x.f(1)",
  ],
  ["function-dropped", "drop function x.f(integer)", "select x.f(1)"],
  ["function-renamed", "alter function x.f(integer) rename to k", "select x.f(1)"],
  [
    "function-returns",
    "drop function x.f(integer); create function x.f(a integer) returns text language sql as 'select ''a'''",
    "select x.f(1) + 1",
  ],
  [
    "function-arguments",
    "drop function x.f(integer); create function x.f(b integer) returns integer language sql as 'select 1'",
    "select x.f(a => 1)",
  ],
  [
    "function-security-invoker",
    "alter function x.counted() security invoker",
    `${AS_ROLE} select x.counted()`,
    {
      setup: `create function x.counted() returns bigint language sql security definer as 'select count(*) from x.t';
        grant usage on schema x to judge_role`,
    },
  ],
  [
    "aggregate-redefined",
    "drop aggregate x.total(integer); create aggregate x.total(integer) (sfunc = int4mul, stype = integer, initcond = '1')",
    "select x.total(v) from (values (2), (3)) as t (v)",
    { setup: "create aggregate x.total(integer) (sfunc = int4pl, stype = integer, initcond = '0')" },
  ],
  ["sequence-dropped", "drop sequence x.counter", "select nextval('x.counter') > 0"],
  ["sequence-renamed", "alter sequence x.counter rename to k", "select nextval('x.counter') > 0"],
  [
    "sequence-type-narrowed",
    "alter sequence x.counter as smallint maxvalue 30000 restart 1",
    "select setval('x.counter', 40000)",
    { setup: "alter sequence x.counter maxvalue 100000" },
  ],
  [
    "extension-dropped",
    "drop extension citext",
    "select 'A'::x.citext",
    { setup: "create extension citext schema x" },
  ],
  [
    "extension-moved",
    "alter extension citext set schema y",
    "select 'A'::x.citext",
    { setup: "create extension citext schema x" },
  ],
  ["schema-dropped", "drop schema y cascade", "select 1 from y.k", { setup: "create table y.k ()" }],
  ["schema-renamed", "alter schema y rename to z", "select 1 from y.k", { setup: "create table y.k ()" }],
  ["cast-dropped", "drop cast (x.mood as text)", `select cast(${WORDS} as text)`],
  [
    "cast-tightened",
    "drop cast (x.mood as text); create cast (x.mood as text) with function x.mood_words(x.mood)",
    `insert into x.t (id, b, checked, required) values (9999, ${WORDS}, 1, 9999)`,
  ],
  ["operator-dropped", "drop operator x.=== (x.mood, x.mood)", SAME],
  ["operator-renamed", "alter operator x.=== (x.mood, x.mood) set schema y", SAME],
  [
    "operator-function",
    "drop operator x.=== (x.mood, x.mood); create operator x.=== (leftarg = x.mood, rightarg = x.mood, function = x.mood_other)",
    SAME,
  ],
  [
    "operator-class-dropped",
    "drop operator class x.mood_ops using hash",
    "create index on x.moods using hash (mood x.mood_ops)",
    { setup: "create table x.moods (mood x.mood)" },
  ],
  ["text-search-dropped", "drop text search configuration x.words", "select to_tsvector('x.words', 'a')"],
  [
    "text-search-renamed",
    "alter text search configuration x.words rename to k",
    "select to_tsvector('x.words', 'a')",
  ],
  ["collation-dropped", "drop collation x.plain", "select 'a' < 'b' collate x.plain"],
  ["collation-renamed", "alter collation x.plain rename to k", "select 'a' < 'b' collate x.plain"],
  [
    "collation-redefined",
    "drop collation x.dated; create collation x.dated (provider = icu, locale = 'sv')",
    "select 'z' < 'ö' collate x.dated as smaller",
  ],
  [
    "tablespace-renamed",
    "alter tablespace elsewhere rename to judge_place",
    "create table x.k () tablespace elsewhere",
  ],
];

/** Each rule that says breaking, with what it breaks; less those of UNSHOWN. */
export const BREAKS: readonly Break[] = [
  ...TABLES,
  ...SECURITY,
  ...VIEWS,
  ...TYPES,
  ...OBJECTS,
  ...KIND_BREAKS,
].map(([rule, ddl, statement, more]) => ({ rule, ddl, statement, ...more }));

/** Rules that say breaking of what one transaction cannot show, with the reason. */
export const UNSHOWN: Readonly<Record<string, string>> = {
  "user-mapping-dropped": "a login at another server",
  "subscription-dropped": "rows that another server sends",
  "subscription-disabled": "rows that another server sends",
  "collation-outdated": "an index that another library's version built",
  "conversion-dropped": "a client whose encoding only that conversion serves",
  "role-login-lost": "a login",
  "database-renamed": "a login",
  "database-closed": "a login",
  "database-locale": "it is another database",
  "tablespace-dropped": "DROP TABLESPACE runs in no transaction",
};
