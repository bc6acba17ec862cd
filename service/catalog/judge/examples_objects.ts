import { type Example, examples } from "./example.ts";

const VIEWS = examples([
  ["view-dropped", "drop view x.v"],
  ["view-renamed", "alter view x.v rename to k"],
  ["view-definition", "create or replace view x.v as select id, a from x.viewed where a > 0"],
  ["view-column-added", "create or replace view x.v as select id, a, 1 as k from x.viewed"],
  ["view-column-removed", "drop view x.v; create view x.v as select id from x.viewed"],
  ["view-column-renamed", "alter view x.v rename column a to k"],
  ["view-column-type", "drop view x.v; create view x.v as select id, a::text as a from x.viewed"],
  ["view-column-default", "alter view x.v alter column a set default 1"],
  ["column-planner-setting", "alter materialized view x.mv alter column a set statistics 500"],
  ["column-storage", "alter materialized view x.named alter column name set storage external"],
  ["view-security-invoker", "alter view x.v set (security_invoker = true)", { since: 15 }],
  ["view-check-option", "alter view x.v set (check_option = local)"],
  ["view-security-barrier", "alter view x.v set (security_barrier = true)"],
  [
    "materialized-view-definition",
    "drop materialized view x.mv; create materialized view x.mv as select id, a from x.t",
    { asFiles: true },
  ],
  [
    "materialized-view-remade",
    "drop materialized view x.mv; create materialized view x.mv as select id, a from x.t",
  ],
  ["materialized-view-emptied", "refresh materialized view x.mv with no data"],
  ["materialized-view-filled", "refresh materialized view x.hollow"],
  ["materialized-view-storage", "alter materialized view x.mv set tablespace elsewhere"],
  ["materialized-view-options", "alter materialized view x.mv set (fillfactor = 70)"],
]);

const OTHERS = examples([
  ["composite-field-added", "alter type x.pair add attribute c integer"],
  ["composite-field-changed", "alter type x.pair drop attribute b"],
  ["domain-constraint-added", "alter domain x.word add constraint k check (value <> '')", { table: "x.t" }],
  [
    "domain-constraint-added-not-valid",
    "alter domain x.word add constraint k check (value <> '') not valid",
    { table: "x.t" },
  ],
  ["domain-required", "alter domain x.word set not null", { table: "x.t" }],
  ["domain-default", "alter domain x.word set default 'x'", { table: "x.t" }],
  ["enum-value-added", "alter type x.enum_type add value 'four'"],
  [
    "enum-value-removed",
    "drop type x.enum_type; create type x.enum_type as enum ('one', 'two')",
    { asFiles: true },
  ],
  [
    "enum-reordered",
    "drop type x.enum_type; create type x.enum_type as enum ('two', 'one', 'three')",
    { asFiles: true },
  ],
  ["type-remade", "drop type x.enum_type; create type x.enum_type as enum ('one', 'two')"],
  ["enum-value-renamed", "alter type x.enum_type rename value 'one' to 'first'"],
  ["sequence-dropped", "drop sequence x.counter"],
  ["sequence-renamed", "alter sequence x.counter rename to k"],
  ["sequence-type-narrowed", "alter sequence x.counter as smallint"],
  ["sequence-type-widened", "alter sequence x.counter as bigint"],
  ["sequence-limit-narrowed", "alter sequence x.counter maxvalue 500"],
  ["sequence-limit-widened", "alter sequence x.counter maxvalue 5000"],
  ["sequence-steps", "alter sequence x.counter increment 5"],
  ["sequence-steps", "alter sequence x.counter cycle"],
  ["sequence-start-cache", "alter sequence x.counter cache 20"],
  ["sequence-owned-by", "alter sequence x.counter owned by x.t.a"],
  ["sequence-persistence", "alter sequence x.counter set unlogged", { since: 15 }],
  [
    "function-body",
    "create or replace function x.f(a integer) returns integer language sql as 'select a + 1'",
  ],
  ["function-security-definer", "alter function x.f(integer) security definer"],
  ["function-volatility-tightened", "alter function x.f(integer) immutable"],
  [
    "function-signature-changed",
    "drop function x.f(integer); create function x.f(a bigint) returns integer language sql as 'select 1'",
  ],
  [
    "function-arguments",
    "create or replace function x.f(a integer default 1) returns integer language sql as 'select a'",
  ],
  ["schema-renamed", "alter schema y rename to k"],
  ["schema-added", "create schema k"],
]);

/** On views, types, sequences, functions and schemas. */
export const OBJECT_EXAMPLES: readonly Example[] = [...VIEWS, ...OTHERS];
