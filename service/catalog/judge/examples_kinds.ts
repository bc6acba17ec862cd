import { type Example, examples } from "./example.ts";

const FOREIGN = examples([
  ["foreign-source-added", "create server k foreign data wrapper wrapper"],
  ["foreign-source-added", "create foreign data wrapper k"],
  ["foreign-source-dropped", "drop server far cascade"],
  ["foreign-source-renamed", "alter server far rename to k"],
  ["foreign-wrapper-functions", "alter foreign data wrapper wrapper validator postgresql_fdw_validator"],
  ["foreign-source-options", "alter server far options (host 'b')"],
  [
    "foreign-server-remade",
    "create foreign data wrapper k; drop server far cascade; create server far foreign data wrapper k",
  ],
  ["user-mapping-added", "create user mapping for public server far"],
  ["user-mapping-dropped", "drop user mapping for judge_reader server far"],
  ["user-mapping-options", "alter user mapping for judge_reader server far options (add password 'x')"],
  ["foreign-table-added", "create foreign table x.k (a integer) server far"],
  [
    "foreign-partition-added",
    "create foreign table x.k partition of x.parent for values from (2000) to (2100) server far",
  ],
  ["foreign-table-dropped", "drop foreign table x.remote"],
  ["foreign-table-renamed", "alter foreign table x.remote rename to k"],
  ["foreign-table-options", "alter foreign table x.remote options (table_name 'k')"],
  [
    "foreign-table-remade",
    "drop foreign table x.remote; create server k foreign data wrapper wrapper; create foreign table x.remote (id integer, a integer constraint remote_a check (a > 0)) server k",
    { asFiles: true },
  ],
  ["foreign-table-parent", "alter foreign table x.remote inherit x.ancestor"],
  ["foreign-column-added", "alter foreign table x.remote add column k integer"],
  ["foreign-column-added", "alter foreign table x.remote add column k integer not null default 5"],
  ["foreign-column-dropped", "alter foreign table x.remote drop column a"],
  ["foreign-column-renamed", "alter foreign table x.remote rename column a to k"],
  ["foreign-column-type", "alter foreign table x.remote alter column id type text"],
  ["foreign-column-declared", "alter foreign table x.remote alter column a set not null"],
  ["foreign-column-declared", "alter foreign table x.remote alter column a options (column_name 'k')"],
  ["foreign-column-planner", "alter foreign table x.remote alter column a set statistics 500"],
  ["foreign-constraint", "alter foreign table x.remote add constraint k check (id > 0)"],
  ["foreign-constraint-dropped", "alter foreign table x.remote drop constraint remote_a"],
  ["foreign-constraint-renamed", "alter table x.remote rename constraint remote_a to k"],
  [
    "foreign-constraint-changed",
    "alter foreign table x.remote drop constraint remote_a; alter foreign table x.remote add constraint remote_a check (a > 1)",
  ],
]);

const REPLICATION = examples([
  ["publication-added", "create publication k for table x.t"],
  ["publication-dropped", "drop publication pub"],
  ["publication-renamed", "alter publication pub rename to k"],
  ["publication-tables-removed", "alter publication pub drop table x.t"],
  ["publication-tables-added", "alter publication pub add table x.other"],
  ["publication-filter", "alter publication pub set table x.t (id, a) where (id > 1)", { since: 15 }],
  ["publication-operations-lost", "alter publication pub set (publish = 'insert')"],
  ["publication-operations-added", "alter publication pub_narrow set (publish = 'insert, update')"],
  ["publication-form", "alter publication pub set (publish_via_partition_root = true)"],
  [
    "subscription-added",
    "create subscription k connection 'host=x' publication a with (connect = false, slot_name = none, enabled = false)",
  ],
  ["subscription-dropped", "drop subscription sub"],
  ["subscription-renamed", "alter subscription sub rename to k"],
  ["subscription-enabled", "alter subscription sub set (slot_name = 'k'); alter subscription sub enable"],
  ["subscription-source", "alter subscription sub set publication b with (refresh = false)"],
  ["subscription-rights", "alter subscription sub set (run_as_owner = true)", { since: 16 }],
  ["subscription-working", "alter subscription sub set (binary = true)"],
]);

const REWRITING = examples([
  ["constraints-switched-off", "alter table x.other disable trigger all"],
  ["constraints-switched-on", "alter table x.unchecked enable trigger all"],
  ["rule-added", "create rule k as on delete to x.viewed do instead nothing"],
  ["rule-dropped", "drop rule kept on x.viewed"],
  ["rule-of-view-dropped", "drop rule written on x.v"],
  ["rule-renamed", "alter rule kept on x.viewed rename to k"],
  ["rule-disabled", "alter table x.viewed disable rule kept"],
  ["rule-enabled", "alter table x.viewed enable always rule kept"],
  ["rule-redefined", "create or replace rule kept as on insert to x.viewed do instead nothing"],
  ["statistics-added", "create statistics x.k on id, a from x.t"],
  ["statistics-dropped", "drop statistics x.known"],
  ["statistics-renamed", "alter statistics x.known rename to k"],
  ["statistics-redefined", "alter statistics x.known set statistics 500"],
]);

const PROCEDURAL = examples([
  ["event-trigger-added", "create event trigger k on sql_drop execute function x.at_ddl()"],
  ["event-trigger-dropped", "drop event trigger sleeper"],
  ["event-trigger-renamed", "alter event trigger sleeper rename to k"],
  ["event-trigger-enabled", "alter event trigger sleeper enable"],
  ["event-trigger-disabled", "alter event trigger sleeper enable replica"],
  [
    "event-trigger-redefined",
    "drop event trigger sleeper; create event trigger sleeper on ddl_command_start execute function x.at_ddl()",
  ],
  ["language-added", "create language k handler plpgsql_call_handler"],
  ["language-dropped", "drop language tongue cascade"],
  ["language-renamed", "alter language tongue rename to k"],
  ["language-trusted", "create or replace trusted language tongue handler plpgsql_call_handler"],
  [
    "language-handlers",
    "create or replace language tongue handler plpgsql_call_handler inline plpgsql_inline_handler",
  ],
  ["transform-dropped", "drop transform for x.duo language tongue"],
  [
    "transform-functions",
    "create or replace transform for x.duo language tongue (from sql with function x.duo_out(internal))",
  ],
  ["access-method-dropped", "drop access method heap_again"],
  [
    "access-method-remade",
    "drop access method heap_again; create access method heap_again type index handler bthandler",
  ],
]);

const RIGHTS = examples([
  ["default-privileges-added", "alter default privileges in schema x grant select on tables to judge_reader"],
  [
    "default-privileges-dropped",
    "alter default privileges in schema y revoke select on tables from judge_reader",
  ],
  [
    "default-privileges-changed",
    "alter default privileges in schema y grant insert on tables to judge_reader",
  ],
  ["parameter-granted", "grant set on parameter log_statement to judge_reader", { since: 15 }],
  ["parameter-revoked", "revoke set on parameter work_mem from judge_reader", { since: 15 }],
  ["large-object-granted", "grant select on large object 4711 to judge_reader"],
  ["large-object-revoked", "revoke select on large object 4712 from judge_reader"],
  ["rights-granted", "grant usage on foreign server far to judge_reader"],
  ["rights-revoked", "revoke usage on language plpgsql from public"],
]);

/** On foreign data, replication, rules, statistics, event triggers, languages and default rights. */
export const KIND_EXAMPLES: readonly Example[] = [
  ...FOREIGN,
  ...REPLICATION,
  ...REWRITING,
  ...PROCEDURAL,
  ...RIGHTS,
];
