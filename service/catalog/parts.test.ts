import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { changes, from } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

describe("constraints", () => {
  const one = "create table t (a int, b int); create table u (a int primary key)";
  const cases: [string, string, string, string[]][] = [
    [
      "primary key added",
      one,
      "alter table t add primary key (a)",
      ["altered column s.t.a: notNull null → true", "added constraint s.t.t_pkey"],
    ],
    [
      "dropped",
      `${one}; alter table t add constraint c unique (a)`,
      "alter table t drop constraint c",
      ["removed constraint s.t.c"],
    ],
    [
      "renamed",
      `${one}; alter table t add constraint c unique (a)`,
      "alter table t rename constraint c to d",
      ["renamed constraint s.t.d from s.t.c"],
    ],
    [
      "made again the same is no change",
      `${one}; alter table t add constraint c check (a > 0)`,
      "alter table t drop constraint c; alter table t add constraint c check (a > 0)",
      [],
    ],
    [
      "made again differently",
      `${one}; alter table t add constraint c check (a > 0)`,
      "alter table t drop constraint c; alter table t add constraint c check (a > 1)",
      ["altered constraint s.t.c: definition CHECK ((a > 0)) → CHECK ((a > 1))"],
    ],
    [
      "validated",
      `${one}; alter table t add constraint c check (a > 0) not valid`,
      "alter table t validate constraint c",
      [
        "altered constraint s.t.c: definition CHECK ((a > 0)) NOT VALID → CHECK ((a > 0)); valid false → null",
      ],
    ],
    [
      "foreign key added",
      one,
      "alter table t add constraint f foreign key (a) references u",
      ["added constraint s.t.f"],
    ],
    [
      "foreign key made deferrable",
      `${one}; alter table t add constraint f foreign key (a) references u`,
      "alter table t alter constraint f deferrable initially deferred",
      [
        "altered constraint s.t.f: deferrable null → true; definition FOREIGN KEY (a) REFERENCES s.u(a) → FOREIGN KEY (a) REFERENCES s.u(a) DEFERRABLE INITIALLY DEFERRED; initiallyDeferred null → true",
      ],
    ],
    ...from(18, [
      "foreign key not enforced",
      `${one}; alter table t add constraint f foreign key (a) references u`,
      "alter table t alter constraint f not enforced",
      [
        "altered constraint s.t.f: definition FOREIGN KEY (a) REFERENCES s.u(a) → FOREIGN KEY (a) REFERENCES s.u(a) NOT ENFORCED; enforced null → false; valid null → false",
      ],
    ]),
    [
      "exclusion",
      one,
      "alter table t add constraint x exclude using btree (a with =)",
      ["added constraint s.t.x"],
    ],
    ...from(18, [
      "named not null",
      one,
      "alter table t add constraint must not null a",
      ["altered column s.t.a: notNull null → true", "added constraint s.t.must"],
    ]),
    [
      "no inherit",
      `${one}; alter table t add constraint c check (a > 0)`,
      "alter table t drop constraint c, add constraint c check (a > 0) no inherit",
      [
        "altered constraint s.t.c: definition CHECK ((a > 0)) → CHECK ((a > 0)) NO INHERIT; noInherit null → true",
      ],
    ],
    [
      "the index's options",
      `${one}; alter table t add constraint c unique (a)`,
      "alter index c set (fillfactor = 50)",
      ["altered constraint s.t.c: options null → [fillfactor=50]"],
    ],
    [
      "the index's comment",
      `${one}; alter table t add constraint c unique (a)`,
      "comment on index c is 'x'",
      ["altered constraint s.t.c: indexComment null → x"],
    ],
    [
      "clustered on it",
      `${one}; alter table t add constraint c unique (a)`,
      "alter table t cluster on c",
      ["altered constraint s.t.c: clustered null → true"],
    ],
    [
      "comment",
      `${one}; alter table t add constraint c unique (a)`,
      "comment on constraint c on t is 'x'",
      ["altered constraint s.t.c: comment null → x"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});

describe("indexes", () => {
  const one = "create table t (a int, b text); create index i on t (a)";
  const cases: [string, string, string, string[]][] = [
    ["added", one, "create index j on t (b)", ["added index s.j"]],
    ["dropped", one, "drop index i", ["removed index s.i"]],
    ["renamed", one, "alter index i rename to j", ["renamed index s.j from s.i"]],
    ["made again the same is no change", one, "drop index i; create index i on t (a)", []],
    [
      "made again differently",
      one,
      "drop index i; create unique index i on t (a, lower(b)) where a > 0",
      [
        "altered index s.i: columns [a] → [a | lower(b)]; definition CREATE INDEX i ON s.t USING btree (a) → " +
          "CREATE UNIQUE INDEX i ON s.t USING btree (a, lower(b)) WHERE (a > 0); predicate null → (a > 0); unique null → true",
      ],
    ],
    [
      "method",
      one,
      "drop index i; create index i on t using hash (a)",
      [
        "altered index s.i: definition CREATE INDEX i ON s.t USING btree (a) → CREATE INDEX i ON s.t USING hash (a); method btree → hash",
      ],
    ],
    [
      "options",
      one,
      "alter index i set (fillfactor = 50)",
      [
        "altered index s.i: definition CREATE INDEX i ON s.t USING btree (a) → CREATE INDEX i ON s.t USING btree (a) WITH (fillfactor='50'); options null → [fillfactor=50]",
      ],
    ],
    ["clustered", one, "alter table t cluster on i", ["altered index s.i: clustered null → true"]],
    ...from(15, [
      "nulls not distinct",
      "create table t (a int); create unique index i on t (a)",
      "drop index i; create unique index i on t (a) nulls not distinct",
      [
        "altered index s.i: definition CREATE UNIQUE INDEX i ON s.t USING btree (a) → CREATE UNIQUE INDEX i ON s.t USING btree (a) NULLS NOT DISTINCT; nullsNotDistinct null → true",
      ],
    ]),
    ["comment", one, "comment on index i is 'x'", ["altered index s.i: comment null → x"]],
    [
      "statistics target of an expression",
      "create table t (a int); create index i on t ((a + 1))",
      "alter index i alter column 1 set statistics 9",
      ["altered index s.i: statistics null → [1: 9]"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });

  test("an index that could not be built is told as invalid", async () => {
    const setup = "create table t (a int); insert into t values (1), (1)";
    await changes(database.db, setup, "");
    await database.db.query("create unique index concurrently bad on s.t (a)", []).catch(() => {});
    expect(
      await changes(
        database.db,
        `${setup}; create index i on t (a)`,
        "update pg_index set indisvalid = false where indexrelid = 's.i'::regclass",
      ),
    ).toEqual(["altered index s.i: valid null → false"]);
  });
});

describe("triggers and policies", () => {
  const one =
    "create table t (a int, b int); create function f() returns trigger language plpgsql as 'begin return new; end'; " +
    "create function g() returns trigger language plpgsql as 'begin return new; end'";
  const trigger = `${one}; create trigger r before insert on t for each row execute function f()`;
  const policy = `${one}; create policy p on t for select using (a > 0)`;
  const before = "CREATE TRIGGER r BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.f()";
  const cases: [string, string, string, string[]][] = [
    [
      "trigger added",
      one,
      "create trigger r before insert on t for each row execute function f()",
      ["added trigger s.t.r"],
    ],
    ["trigger dropped", trigger, "drop trigger r on t", ["removed trigger s.t.r"]],
    ["trigger renamed", trigger, "alter trigger r on t rename to rr", ["renamed trigger s.t.rr from s.t.r"]],
    [
      "trigger replaced",
      trigger,
      "create or replace trigger r after update of a on t for each row execute function g()",
      [
        `altered trigger s.t.r: definition ${before} → CREATE TRIGGER r AFTER UPDATE OF a ON s.t FOR EACH ROW EXECUTE FUNCTION s.g(); function s.f() → s.g()`,
      ],
    ],
    [
      "trigger disabled",
      trigger,
      "alter table t disable trigger r",
      ["altered trigger s.t.r: enabled null → disabled"],
    ],
    [
      "trigger always",
      trigger,
      "alter table t enable always trigger r",
      ["altered trigger s.t.r: enabled null → always"],
    ],
    [
      "trigger disabled on a partition, below one that is renamed",
      `${one}; create table p (a int) partition by list (a); create table p1 partition of p for values in (1) partition by list (a); ` +
        "create table p11 partition of p1 for values in (1); create trigger r after insert on p for each row execute function f(); " +
        "alter table p1 enable always trigger r",
      "alter table p11 disable trigger r; alter table p1 rename to q",
      [
        "renamed table s.q from s.p1",
        "altered trigger s.p.r: partitions [s.p1: always] → [s.p11: disabled | s.q: always]",
      ],
    ],
    [
      "its function renamed",
      trigger,
      "alter function f rename to ff",
      ["renamed function s.ff() from s.f()"],
    ],
    [
      "trigger commented",
      trigger,
      "comment on trigger r on t is 'x'",
      ["altered trigger s.t.r: comment null → x"],
    ],
    ["policy added", one, "create policy p on t", ["added policy s.t.p"]],
    ["policy dropped", policy, "drop policy p on t", ["removed policy s.t.p"]],
    ["policy renamed", policy, "alter policy p on t rename to pp", ["renamed policy s.t.pp from s.t.p"]],
    [
      "policy using, check",
      `${one}; create policy p on t using (a > 0)`,
      "alter policy p on t using (a > 1) with check (b > 1)",
      ["altered policy s.t.p: check null → (b > 1); using (a > 0) → (a > 1)"],
    ],
    [
      "policy roles",
      policy,
      "alter policy p on t to pg_monitor, pg_read_all_data",
      ["altered policy s.t.p: roles [PUBLIC] → [pg_monitor | pg_read_all_data]"],
    ],
    [
      "policy made again",
      policy,
      "drop policy p on t; create policy p on t as restrictive for delete using (a > 0)",
      ["altered policy s.t.p: command SELECT → DELETE; permissive null → false"],
    ],
    [
      "policy commented",
      policy,
      "comment on policy p on t is 'x'",
      ["altered policy s.t.p: comment null → x"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});
