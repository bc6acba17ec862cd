import { type Example, examples } from "./example.ts";

const OPERATORS = examples([
  ["cast-added", "create cast (x.pair as text) with inout"],
  ["cast-added-implicit", "create cast (x.pair as text) with inout as implicit"],
  ["cast-dropped", "drop cast (x.mood as text)"],
  [
    "cast-tightened",
    "drop cast (x.mood as text); create cast (x.mood as text) with function x.mood_words(x.mood)",
  ],
  [
    "cast-loosened",
    "drop cast (x.mood as text); create cast (x.mood as text) with function x.mood_words(x.mood) as implicit",
  ],
  ["cast-function", "drop cast (x.mood as text); create cast (x.mood as text) with inout as assignment"],
  ["operator-added", "create operator x.!== (leftarg = x.mood, rightarg = x.mood, function = x.mood_same)"],
  ["operator-dropped", "drop operator x.=== (x.mood, x.mood)"],
  ["operator-renamed", "alter operator x.=== (x.mood, x.mood) set schema y"],
  [
    "operator-function",
    "drop operator x.=== (x.mood, x.mood); create operator x.=== (leftarg = x.mood, rightarg = x.mood, function = x.mood_other)",
  ],
  [
    "operator-promises",
    "drop operator x.=== (x.mood, x.mood); create operator x.=== (leftarg = x.mood, rightarg = x.mood, function = x.mood_same, hashes)",
  ],
  ["operator-estimates", "alter operator x.=== (x.mood, x.mood) set (restrict = eqsel)"],
  [
    "operator-class-added",
    "create operator class x.k for type x.pair using hash as function 1 hash_record(record)",
  ],
  ["operator-class-dropped", "drop operator class x.mood_ops using hash"],
  ["operator-class-renamed", "alter operator class x.mood_ops using hash rename to k"],
  ["operator-class-members-lost", "alter operator family x.mood_ops using hash drop function 1 (text, text)"],
  [
    "operator-class-members-added",
    "alter operator family x.mood_ops using hash add function 2 (text, text) hashtextextended(text, bigint)",
  ],
  [
    "operator-class-redefined",
    "drop operator class x.mood_ops using hash; create operator class x.mood_ops default for type x.mood using hash family x.mood_ops as function 1 x.mood_hash(x.mood)",
  ],
]);

const NAMES = examples([
  ["name-cut", `create table x.${"n".repeat(70)} ()`],
  ["name-cut", `create view x."${"ü".repeat(40)}" as select 1 as a`],
  ["name-cut-renamed", `alter table x.small rename to ${"n".repeat(70)}`],
  ["enum-added", "create type x.k as enum ('a')"],
  ["domain-added-constrained", "create domain x.k as integer check (value > 0)"],
  ["domain-added-constrained", "create domain x.k as integer not null"],
]);

const TEXTS = examples([
  ["text-search-added", "create text search dictionary x.k (template = simple)"],
  ["text-search-dropped", "drop text search configuration x.words"],
  ["text-search-renamed", "alter text search configuration x.words rename to k"],
  ["text-search-changed", "alter text search configuration x.words add mapping for asciiword with simple"],
  ["collation-added", "create collation x.k (provider = libc, locale = 'C')"],
  ["collation-dropped", "drop collation x.plain"],
  ["collation-renamed", "alter collation x.plain rename to k"],
  [
    "collation-redefined",
    "drop collation x.plain; create collation x.plain (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX')",
  ],
  ["collation-outdated", "update pg_collation set collversion = '0' where collname = 'dated'"],
  [
    "collation-version-settled",
    "update pg_collation set collversion = pg_collation_actual_version(oid) where collname = 'old'",
  ],
  ["conversion-added", "create conversion x.k for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8"],
  ["conversion-dropped", "drop conversion x.latin"],
  ["conversion-renamed", "alter conversion x.latin rename to k"],
  [
    "conversion-changed",
    "drop conversion x.latin; create default conversion x.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
  ],
  [
    "base-type-completed",
    `create function x.shell_in(cstring) returns x.shell language internal immutable strict as 'int4in';
     create function x.shell_out(x.shell) returns cstring language internal immutable strict as 'int4out';
     create type x.shell (input = x.shell_in, output = x.shell_out, like = integer)`,
  ],
  ["base-type-functions", "alter type x.base set (analyze = ts_typanalyze)"],
  ["base-type-storage", "alter type x.base set (storage = external)"],
]);

const ROLES = examples([
  ["role-added", "create role judge_new"],
  ["role-added-powerful", "create role judge_new createrole"],
  ["role-dropped", "drop role judge_role"],
  ["role-renamed", "alter role judge_role rename to judge_other"],
  ["role-login-won", "alter role judge_role login"],
  ["role-login-lost", "alter role judge_login nologin"],
  ["role-powers-won", "alter role judge_role bypassrls"],
  ["role-powers-lost", "alter role judge_login nocreatedb"],
  ["role-inherit-lost", "alter role judge_role noinherit"],
  ["role-inherit-won", "alter role judge_login inherit"],
  ["role-connections-fewer", "alter role judge_role connection limit 5"],
  ["role-connections-more", "alter role judge_login connection limit 50"],
  ["role-valid-shorter", "alter role judge_role valid until '2030-01-01'"],
  ["role-valid-longer", "alter role judge_login valid until 'infinity'"],
  ["role-settings", "alter role judge_role set work_mem = '8MB'"],
  ["role-joined", "grant judge_login to judge_role"],
  ["role-left", "revoke judge_group from judge_login"],
  ["role-membership-options", "grant judge_group to judge_login with admin option"],
]);

const SERVER = examples([
  [
    "database-connections-fewer",
    "do $$ begin execute format('alter database %I connection limit 100', current_database()); end $$",
  ],
  [
    "database-template",
    "do $$ begin execute format('alter database %I is_template true', current_database()); end $$",
  ],
  [
    "database-settings",
    "do $$ begin execute format('alter database %I set work_mem = %L', current_database(), '8MB'); end $$",
  ],
  ["tablespace-options", "alter tablespace elsewhere set (random_page_cost = 2)"],
  ["tablespace-renamed", "alter tablespace elsewhere rename to elsewhere_else"],
]);

/** On operators, text search, roles, the database and its server. */
export const SERVER_EXAMPLES: readonly Example[] = [...OPERATORS, ...NAMES, ...TEXTS, ...ROLES, ...SERVER];
