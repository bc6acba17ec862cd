import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import { usualMajor } from "../testing/majors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type GateReading, moved, readGate, readRowVersion } from "./gate.ts";
import { readServerGate, type ServerReading } from "./server-gate.ts";

let database: TestDatabase;
/** Another database of the same server, from which the server's gate is read. */
let elsewhere: TestDatabase;
beforeAll(async () => {
  [database, elsewhere] = await Promise.all([testDatabase(), testDatabase()]);
  await database.db.query(everything);
}, 60_000);
afterAll(async () => {
  await database.db.query("drop owned by catalog_gate; drop role catalog_gate");
  await Promise.all([database.drop(), elsewhere.drop()]);
});

const everything = `
  create role catalog_gate; create schema x; create table t (id int primary key, a int, b text); create table u (id int primary key);
  create index i on t (a); create sequence q; create view v as select id from t; create materialized view m as select id from t;
  create type e as enum ('a'); create type c as (a int); create domain d as int;
  create function f() returns trigger language plpgsql as 'begin return new; end';
  create procedure p() language sql as 'select 1'; create aggregate ag (int) (sfunc = int4pl, stype = int);
  create trigger r before insert on t for each row execute function f(); create policy po on t;
  create table pt (a int) partition by list (a); create table pt1 (a int); create rule ru as on insert to u do nothing;
  alter table t add constraint ck check (a > 0) not valid; create statistics st on a, b from t;
  create operator family of using hash; create collation cl (provider = libc, locale = 'C');
  create text search configuration ts (parser = "default");
  create foreign data wrapper w; create server far foreign data wrapper w; create user mapping for public server far;
  create foreign table ft (a int) server far; create publication p0; select lo_create(4711);
  create function at_ddl() returns event_trigger language plpgsql as 'begin end'`;

/** DDL of every kind, each with a catalog that must move with it. */
const ddl: [string, string][] = [
  ["create schema y", "pg_namespace"],
  ["alter schema x rename to z", "pg_namespace"],
  ["create table n (a int)", "pg_class"],
  ["drop table pt1", "pg_class"],
  ["alter table t rename to tt", "pg_class"],
  ["alter table t set schema x", "pg_class"],
  ["alter table t add column n int", "pg_attribute"],
  ["alter table t drop column a cascade", "pg_attribute"],
  ["alter table t rename b to bb", "pg_attribute"],
  ["alter table t alter a type bigint", "pg_attribute"],
  ["alter table t alter a set default 3", "pg_attrdef"],
  ["alter table t alter a set not null", "pg_attribute"],
  ["alter table t alter a set statistics 100", "pg_attribute"],
  ["alter table t alter b set storage external", "pg_attribute"],
  ["alter table t alter a set (n_distinct = 3)", "pg_attribute"],
  ["alter table t add unique (a)", "pg_constraint"],
  ["alter table t validate constraint ck", "pg_constraint"],
  ["alter table t rename constraint ck to ckk", "pg_constraint"],
  ["alter table t drop constraint ck", "pg_constraint"],
  ["alter table t set (fillfactor = 70)", "pg_class"],
  ["alter table t enable row level security", "pg_class"],
  ["alter table t replica identity full", "pg_class"],
  ["alter table t disable trigger r", "pg_trigger"],
  ["alter table pt attach partition pt1 default", "pg_inherits"],
  ["create index j on t (b)", "pg_index"],
  ["drop index i", "pg_index"],
  ["alter index i rename to j", "pg_class"],
  ["alter table t cluster on i", "pg_index"],
  ["alter sequence q increment 5", "pg_sequence"],
  ["alter sequence q owned by u.id", "pg_depend"],
  ["create or replace view v as select id, 1 as one from t", "pg_rewrite"],
  ["alter view v set (security_barrier = true)", "pg_class"],
  ["drop materialized view m", "pg_class"],
  ["create or replace function f() returns trigger language plpgsql as 'begin end'", "pg_proc"],
  ["alter procedure p() security definer", "pg_proc"],
  ["drop aggregate ag (int)", "pg_aggregate"],
  ["create trigger r2 after delete on t for each row execute function f()", "pg_trigger"],
  ["drop trigger r on t", "pg_trigger"],
  ["alter policy po on t using (true)", "pg_policy"],
  ["alter type e add value 'b'", "pg_enum"],
  ["alter type e rename value 'a' to 'aa'", "pg_enum"],
  ["alter type c add attribute b int", "pg_attribute"],
  ["alter domain d add check (value > 0)", "pg_constraint"],
  ["create type ra as range (subtype = int)", "pg_range"],
  ["comment on table t is 'x'", "pg_description"],
  ["grant select on t to public", "pg_class"],
  ["grant select (a) on t to public", "pg_attribute"],
  ["alter table t owner to catalog_gate", "pg_class"],
  ["alter default privileges grant select on tables to public", "pg_default_acl"],
  ["create extension citext", "pg_extension"],
  ["drop rule ru on u", "pg_rewrite"],
  ["drop statistics st", "pg_statistic_ext"],
  ["create collation co (provider = libc, locale = 'C')", "pg_collation"],
  ["alter role catalog_gate createdb", "pg_authid"],
  ["create cast (e as int) with inout", "pg_cast"],
  ["create publication pu for table t", "pg_publication"],
  ["alter publication p0 add table t", "pg_publication_rel"],
  ["alter statistics st set statistics 5", "pg_statistic_ext"],
  ["alter table u disable rule ru", "pg_rewrite"],
  ["alter foreign data wrapper w options (k 'v')", "pg_foreign_data_wrapper"],
  ["alter server far options (k 'v')", "pg_foreign_server"],
  ["alter foreign table ft options (k 'v')", "pg_foreign_table"],
  ["alter user mapping for public server far options (k 'v')", "pg_user_mapping"],
  [
    "create subscription su connection '' publication p with (connect = false, slot_name = none, enabled = false)",
    "pg_subscription",
  ],
  ["create event trigger ev on sql_drop execute function at_ddl()", "pg_event_trigger"],
  ["create language la handler plpgsql_call_handler", "pg_language"],
  ["create access method am type table handler heap_tableam_handler", "pg_am"],
  ["grant select on large object 4711 to public", "pg_largeobject_metadata"],
  ["grant execute on function pg_ls_waldir() to catalog_gate", "pg_proc"],
  ["create operator === (leftarg = int, rightarg = int, function = int4eq)", "pg_operator"],
  ["alter operator family of using hash add function 1 (e, e) hashenum(anyenum)", "pg_amproc"],
  ["alter operator family of using hash add operator 1 = (int8, int8)", "pg_amop"],
  ["alter operator family of using hash rename to of2", "pg_opfamily"],
  ["create operator class oc for type e using hash family of as storage e", "pg_opclass"],
  ["create conversion cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8", "pg_conversion"],
  ["create text search dictionary td (template = simple)", "pg_ts_dict"],
  ["create text search template tt (lexize = dsimple_lexize)", "pg_ts_template"],
  [
    "create text search parser tp (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)",
    "pg_ts_parser",
  ],
  ['create text search configuration tc (parser = "default")', "pg_ts_config"],
  ["alter text search configuration ts add mapping for word with simple", "pg_ts_config_map"],
  ["alter collation cl rename to cl2", "pg_collation"],
  ["create type shell", "pg_type"],
  ["grant catalog_gate to pg_monitor", "pg_auth_members"],
  ["comment on role catalog_gate is 'x'", "pg_shdescription"],
  ["alter role catalog_gate set jit = off", "pg_db_role_setting"],
  ["alter database this_one connection limit 99", "pg_database"],
];

/** Before 15 a collector process counted: sessions told it at their end, and it wrote its file every half second. */
const collected = usualMajor() < 15;
const COLLECTED_MS = 1200;

/** Shows counters at once that a session would hold back until its next flush. */
const flush = "select pg_stat_force_next_flush()";

interface Step {
  readonly gate: string[] | null;
  /** Whether the server's gate, read elsewhere, moved for this database. */
  readonly server: boolean;
  readonly rows: boolean;
}

/** What work moves; with a collector, when it has moved `catalog`, or in the time that it takes at most; null does not ask. */
async function step(work: string, catalog?: string | null): Promise<Step> {
  const watcher = database.db;
  const before: GateReading = await readGate(watcher);
  const serverBefore = await readServerGate(elsewhere.db);
  const rows = await readRowVersion(watcher);
  const session = connect({
    url: database.url,
    applicationName: "test",
    maxConnections: 1,
    deadlineMs: 10_000,
  });
  try {
    for (const statement of work.split(";")) await session.query(statement);
    if (!collected) await session.query(flush);
  } finally {
    await session.close();
  }
  const seen = async () => moved(before, await readGate(watcher));
  const server = async () => movedFor(before.database, serverBefore, await readServerGate(elsewhere.db));
  if (collected && catalog === undefined) await Bun.sleep(COLLECTED_MS);
  else if (collected && catalog !== undefined && catalog !== null) {
    await until(`${catalog} to move`, 5000, async () => (await seen())?.includes(catalog));
    if (catalog !== "pg_database") await until("the server's gate to move", 5000, server);
  }
  return { gate: await seen(), server: await server(), rows: (await readRowVersion(watcher)) !== rows };
}

function movedFor(oid: number, before: ServerReading, after: ServerReading): boolean {
  return before.shared !== after.shared || before.databases.get(oid) !== after.databases.get(oid);
}

describe("the gate", () => {
  test.each(ddl)("moves on %s", async (statement, catalog) => {
    // Counters do not go back with a rollback, so each statement can be tried on the same schema.
    const work = statement.replace("this_one", database.name);
    const { gate, server } = await step(`begin; ${work}; rollback`, catalog);
    expect(gate).toContain(catalog);
    // Of pg_database the server's gate has row versions, which a rollback leaves; server-gate.test.ts commits.
    expect(server).toBe(catalog !== "pg_database");
  });

  test("does not move when nothing happens, nor with rows, VACUUM and ANALYZE", async () => {
    await step("select 1");
    expect(await step("select 1")).toEqual({ gate: null, server: false, rows: false });
    expect((await step("insert into u values (1); update u set id = 2; delete from u")).gate).toBeNull();
    expect(
      (await step("select lo_create(4712), lo_put(4711, 0, 'x'); select lo_unlink(4712)")).gate,
    ).toBeNull();
    expect((await step("vacuum freeze; analyze; vacuum")).gate).toBeNull();
  });

  test("names another server, start or database", async () => {
    const reading = await readGate(database.db);
    expect(moved(reading, { ...reading, started: "0" })).toEqual(["server"]);
    expect(moved(reading, { ...reading, system: "1" })).toEqual(["server"]);
    expect(moved(reading, { ...reading, database: 1 })).toEqual(["server"]);
    expect(moved(reading, { ...reading, recovery: true })).toEqual(["server"]);
    expect(moved(reading, { ...reading })).toBeNull();
  });

  test("counters that were reset count as moved", async () => {
    const before = await readGate(database.db);
    const serverBefore = await readServerGate(elsewhere.db);
    await database.db.query("select pg_stat_reset()");
    await until("the server's", 5000, async () =>
      movedFor(before.database, serverBefore, await readServerGate(elsewhere.db)),
    );
    await until("the reset", 5000, async () =>
      moved(before, await readGate(database.db))?.includes("pg_class"),
    );
  });
});

describe("the row version", () => {
  test.each([
    "insert into u values (5); delete from u",
    "analyze",
    "vacuum",
    "begin; create table zz (); rollback",
  ])("is the same after %s", async (work) => {
    expect((await step(work)).rows).toBe(false);
  });

  test("differs after committed DDL of every family", async () => {
    const missed: string[] = [];
    for (const statement of [
      "alter table t add column n int",
      "alter table t alter n set default 1",
      "alter table t alter n drop default",
      "alter table t drop column n",
      "create index j on t (b)",
      "drop index j",
      "comment on table t is 'x'",
      "comment on table t is null",
      "alter type e add value 'z'",
      "alter sequence q increment 7",
      "create or replace view v as select id, 2 as two from t",
      "alter policy po on t using (false)",
      "alter table t disable trigger r",
      "alter table pt attach partition pt1 default",
      "alter table pt detach partition pt1",
      "alter procedure p() strict".replace("strict", "security definer"),
      "grant select on t to public",
      "drop aggregate ag (int)",
      "alter domain d add constraint dc check (value > 0)",
      "drop function f() cascade",
      "create schema y",
      "create extension citext",
      "alter foreign data wrapper w options (k 'v')",
      "alter server far options (k 'v')",
      "alter foreign table ft options (k 'v')",
      "alter user mapping for public server far options (k 'v')",
      "create user mapping for catalog_gate server far",
      "alter publication p0 add table u",
      "alter publication p0 set (publish = 'insert')",
      "create subscription su connection '' publication p with (connect = false, slot_name = none, enabled = false)",
      "alter subscription su set publication q with (refresh = false)",
      "drop subscription su",
      "alter statistics st set statistics 5",
      "create event trigger ev on sql_drop execute function at_ddl()",
      "create language la handler plpgsql_call_handler",
      "create access method am type table handler heap_tableam_handler",
      "alter default privileges grant select on tables to catalog_gate",
      "create rule ru2 as on insert to u do nothing",
      "create cast (c as text) with inout",
      "drop cast (c as text)",
      "create operator === (leftarg = int, rightarg = int, function = int4eq)",
      "alter operator === (int, int) set (restrict = eqsel)",
      "alter operator family of using hash add function 1 (int, int) hashint4(int)",
      "alter operator family of using hash add operator 1 = (int8, int8)",
      "alter operator family of using hash rename to of2",
      "create operator class oc for type c using hash family of2 as function 1 hash_record(record)",
      "alter operator class oc using hash rename to oc2",
      "create conversion cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
      "alter collation cl rename to cl2",
      "create text search dictionary td (template = simple)",
      "create text search template tt (lexize = dsimple_lexize)",
      "alter text search template tt rename to tt2",
      "create text search parser tp (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)",
      "drop text search parser tp",
      "alter text search configuration ts rename to ts2",
      "alter text search configuration ts2 add mapping for word with simple",
      "create type shell",
      "alter role catalog_gate createdb",
      "alter role catalog_gate nocreatedb",
      "grant catalog_gate to pg_monitor",
      "comment on role catalog_gate is 'x'",
      "alter role catalog_gate set jit = off",
      `alter database ${database.name} connection limit 99`,
      `alter database ${database.name} set jit = off`,
      "alter tablespace pg_default set (random_page_cost = 3)",
      "alter tablespace pg_default reset (random_page_cost)",
    ]) {
      if (!(await step(statement, null)).rows) missed.push(statement);
    }
    expect(missed).toEqual([]);
  });
});
