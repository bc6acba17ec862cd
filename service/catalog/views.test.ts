import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { usualMajor } from "../testing/majors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { changes, from } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

describe("views", () => {
  const t = "create table t (a int, b text)";
  const v = `${t}; create view v as select a from t`;
  // Before 16 a column was always printed with its table.
  const of = usualMajor() < 16 ? "t." : "";
  const m = `${t}; create materialized view m as select a from t`;
  const cases: [string, string, string, string[]][] = [
    ["added", t, "create view v as select a from t", ["added view s.v with column s.v.a"]],
    ["dropped", v, "drop view v", ["removed view s.v with column s.v.a"]],
    ["renamed", v, "alter view v rename to w", ["renamed view s.w from s.v"]],
    [
      "replaced",
      v,
      "create or replace view v as select a, b from t",
      [
        `altered view s.v: definition  SELECT ${of}a\n   FROM s.t; →  SELECT ${of}a,\n    ${of}b\n   FROM s.t;`,
        "added column s.v.b",
      ],
    ],
    ["made again the same is no change", v, "drop view v; create view v as select a from t", []],
    ["column renamed", v, "alter view v rename a to aa", ["renamed column s.v.aa from s.v.a"]],
    ["column's default", v, "alter view v alter a set default 3", ["altered column s.v.a: default null → 3"]],
    ...from(15, [
      "options",
      v,
      "alter view v set (security_barrier, security_invoker = true, check_option = local)",
      [
        "altered view s.v: options null → [check_option=local | security_barrier=true | security_invoker=true]",
      ],
    ]),
    [
      "what it reads from was renamed",
      v,
      "alter table t rename to tt; alter table tt rename a to aa",
      ["renamed table s.tt from s.t", "renamed column s.tt.aa from s.t.a"],
    ],
    [
      "commented",
      v,
      "comment on view v is 'x'; comment on column v.a is 'y'",
      ["altered view s.v: comment null → x", "altered column s.v.a: comment null → y"],
    ],
    [
      "recursive",
      t,
      "create recursive view w (n) as values (1) union all select n + 1 from w where n < 5",
      ["added view s.w with column s.w.n"],
    ],
    [
      "materialized added",
      t,
      "create materialized view m as select a from t",
      ["added materialized view s.m with column s.m.a"],
    ],
    [
      "materialized dropped",
      m,
      "drop materialized view m",
      ["removed materialized view s.m with column s.m.a"],
    ],
    [
      "materialized renamed",
      m,
      "alter materialized view m rename to n",
      ["renamed materialized view s.n from s.m"],
    ],
    [
      "materialized made again is another one",
      m,
      "drop materialized view m; create materialized view m as select b from t",
      ["removed materialized view s.m with column s.m.a", "added materialized view s.m with column s.m.b"],
    ],
    [
      "materialized emptied",
      m,
      "refresh materialized view m with no data",
      ["altered materialized view s.m: populated null → false"],
    ],
    ["materialized refreshed is no change", m, "refresh materialized view m", []],
    [
      "materialized options and index",
      m,
      "alter materialized view m set (fillfactor = 70); create index mi on m (a)",
      ["altered materialized view s.m: options null → [fillfactor=70]", "added index s.mi"],
    ],
    [
      "materialized view's TOAST table's options",
      "create materialized view m as select 'x'::text as a",
      "alter materialized view m set (toast.autovacuum_enabled = false)",
      ["altered materialized view s.m: options null → [toast.autovacuum_enabled=false]"],
    ],
    [
      "materialized column's statistics",
      m,
      "alter materialized view m alter a set statistics 3",
      ["altered column s.m.a: statistics null → 3"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});

describe("partitions and inheritance", () => {
  const p =
    "create table p (id int not null, at date not null, primary key (id, at), check (id > 0)) partition by range (at); " +
    "create index pi on p (at); create table u (id int primary key); alter table p add foreign key (id) references u";
  const one = `${p}; create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01')`;
  const cases: [string, string, string, string[]][] = [
    [
      "partition added",
      p,
      "create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01')",
      [
        "added table s.p1 with column s.p1.id, column s.p1.at, constraint s.p1.p1_pkey, constraint s.p1.p_id_check, index s.p1_at_idx",
      ],
    ],
    [
      "partition detached",
      one,
      "alter table p detach partition p1",
      [
        "altered table s.p1: bound FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') → null; partitionOf s.p → null",
      ],
    ],
    [
      "partition attached",
      `${p}; create table p1 (id int not null, at date not null, primary key (id, at), check (id > 0), foreign key (id) references u); alter table p1 rename constraint p1_id_check to p_id_check; create index p1i on p1 (at)`,
      "alter table p attach partition p1 default",
      ["altered table s.p1: bound null → DEFAULT; partitionOf null → s.p"],
    ],
    ["partitioned table renamed", one, "alter table p rename to q", ["renamed table s.q from s.p"]],
    [
      "partition key",
      "",
      "create table p (a int, b int) partition by list ((a + b))",
      ["added table s.p with column s.p.a, column s.p.b"],
    ],
    ["column added to all", one, "alter table p add c int", ["added column s.p.c"]],
    [
      "column's type on all",
      one,
      "alter table p alter id type bigint",
      ["altered column s.p.id: type integer → bigint"],
    ],
    ["column renamed on all", one, "alter table p rename id to key", ["renamed column s.p.key from s.p.id"]],
    [
      "column dropped from all",
      `${p}; alter table p add c int; create table p1 partition of p default`,
      "alter table p drop c",
      ["removed column s.p.c"],
    ],
    [
      "constraint added to all",
      one,
      "alter table p add constraint c check (id < 9)",
      ["added constraint s.p.c"],
    ],
    [
      "foreign key added to all",
      one,
      "alter table p add constraint f foreign key (id) references u",
      ["added constraint s.p.f"],
    ],
    [
      "reference to a partitioned table",
      `${one}; create table w (id int, at date)`,
      "alter table w add constraint f foreign key (id, at) references p",
      ["added constraint s.w.f"],
    ],
    [
      "primary key added to all",
      "create table p (a int) partition by list (a); create table p1 partition of p default",
      "alter table p add primary key (a)",
      ["altered column s.p.a: notNull null → true", "added constraint s.p.p_pkey"],
    ],
    ["index added to all", one, "create index more on p (id, at)", ["added index s.more"]],
    ["index dropped from all", one, "drop index pi", ["removed index s.pi"]],
    [
      "a partition's own column default stays told",
      one,
      "alter table p alter id set default 3; alter table p1 alter id set default 4",
      ["altered column s.p.id: default null → 3", "altered column s.p1.id: default null → 4"],
    ],
    [
      "trigger on all",
      `${one}; create function f() returns trigger language plpgsql as 'begin return new; end'`,
      "create trigger r before insert on p for each row execute function f()",
      ["added trigger s.p.r"],
    ],
    [
      "a partition's own default",
      one,
      "alter table p1 alter id set default 4",
      ["altered column s.p1.id: default null → 4"],
    ],
    [
      "inheritance",
      "create table a (x int); create table b (x int)",
      "alter table b inherit a",
      ["altered table s.b: inherits null → [s.a]"],
    ],
    [
      "inheritance ended",
      "create table a (x int); create table b (y int) inherits (a)",
      "alter table b no inherit a",
      ["altered table s.b: inherits [s.a] → null"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});
