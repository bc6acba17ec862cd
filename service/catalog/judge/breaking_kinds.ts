import type { BreakRow } from "./breaking.ts";

const FILE = `create extension file_fdw schema x; create server files foreign data wrapper file_fdw;
  create foreign table x.file (id integer, a integer) server files options (program 'echo 1,2', format 'csv')`;
const READ = "select id, a from x.file";
/** What a subscriber asks when it refreshes its tables. */
const TABLES = "select count(*) from pg_publication_tables where pubname = 'pub'";
const AS_ROLE = "set local role judge_role;";

/** Foreign data, replication, languages, and rights on what is in no schema. */
export const KIND_BREAKS: readonly BreakRow[] = [
  ["foreign-source-dropped", "drop server files cascade", READ, { setup: FILE }],
  [
    "foreign-server-remade",
    "drop server files cascade; create server files foreign data wrapper file_fdw",
    READ,
    { setup: FILE },
  ],
  ["foreign-table-dropped", "drop foreign table x.file", READ, { setup: FILE }],
  ["foreign-table-renamed", "alter foreign table x.file rename to k", READ, { setup: FILE }],
  [
    "foreign-table-remade",
    `drop foreign table x.file;
     create foreign table x.file (id integer, a integer) server files options (program 'echo 3,4', format 'csv')`,
    READ,
    { setup: FILE },
  ],
  ["foreign-column-dropped", "alter foreign table x.file drop column a", READ, { setup: FILE }],
  ["foreign-column-renamed", "alter foreign table x.file rename column a to k", READ, { setup: FILE }],
  [
    "foreign-column-type",
    "alter foreign table x.file alter column id type text",
    "select id + 1 from x.file",
    { setup: FILE },
  ],
  ["publication-dropped", "drop publication pub", TABLES],
  ["publication-renamed", "alter publication pub rename to k", TABLES],
  ["publication-tables-removed", "alter publication pub drop table x.t", TABLES],
  [
    "publication-filter",
    "alter publication pub set table x.t (id, a) where (id > 1)",
    "select attnames, rowfilter from pg_publication_tables where pubname = 'pub'",
    { since: 15 },
  ],
  [
    "publication-operations-lost",
    "alter publication pub set (publish = 'insert')",
    "select pubupdate, pubdelete from pg_publication where pubname = 'pub'",
  ],
  [
    "rule-of-view-dropped",
    "drop rule written on x.v",
    "insert into x.v values (12345, 1); select count(*) from x.viewed where id = 12345",
  ],
  [
    "language-dropped",
    "drop language tongue cascade",
    "select x.spoken()",
    { setup: "create function x.spoken() returns integer language tongue as 'begin return 1; end'" },
  ],
  [
    "language-untrusted",
    "update pg_language set lanpltrusted = false where lanname = 'judge_tongue'",
    `${AS_ROLE} create function x.spoken() returns integer language judge_tongue as 'begin return 1; end'`,
    {
      setup: `create trusted language judge_tongue handler plpgsql_call_handler;
        grant usage, create on schema x to judge_role`,
    },
  ],
  [
    "transform-dropped",
    "drop transform for x.duo language tongue",
    "create function x.k(x.duo) returns integer transform for type x.duo language tongue as 'begin return 1; end'",
  ],
  ["access-method-dropped", "drop access method heap_again", "create table x.k () using heap_again"],
  [
    "access-method-remade",
    "drop access method heap_again; create access method heap_again type index handler bthandler",
    "create table x.k () using heap_again",
  ],
  [
    "parameter-revoked",
    "revoke set on parameter log_min_duration_statement from judge_role",
    `${AS_ROLE} set local log_min_duration_statement = 100`,
    { since: 15, setup: "grant set on parameter log_min_duration_statement to judge_role" },
  ],
  [
    "large-object-revoked",
    "revoke select on large object 4712 from judge_role",
    `${AS_ROLE} select lo_get(4712)`,
    { setup: "grant select on large object 4712 to judge_role" },
  ],
];
