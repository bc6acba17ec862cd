import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Sql } from "../postgres/types.ts";
import { MAJORS } from "../testing/majors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { compileIgnore } from "./ignore.ts";
import type { Snapshot } from "./model.ts";
import { readSnapshot } from "./snapshot.ts";
import { expectRoundTrip, look } from "./testing.ts";

const GROUND = `
  create schema d; set search_path = d; create role damaged_owner;
  create function keep() returns int language sql as 'select 1'; create table whole (a int primary key, b text); create view sound as select a from whole;
  create function f(a int) returns int language sql immutable as 'select 1';
  create function body() returns int language sql begin atomic select f(1); end;
  create function tf() returns trigger language plpgsql as 'begin end';
  create table t (a int default f(1), b text collate "C", constraint c check (f(a) > 0), g int generated always as (a * 2) stored);
  create index i on t (f(a)); create view v as select f(a) as x from t; create materialized view m as select f(1) as x;
  create trigger tr before insert on t for each row execute function tf(); create policy po on t using (f(a) > 0);
  create rule ru as on delete to t do instead select f(1); create type e as enum ('a'); create domain dm as int check (f(value) > 0) default f(2);
  create type ct as (x int, y e); create type r as range (subtype = int); create sequence q owned by t.a;
  create table pt (a int) partition by list (a); create table p1 partition of pt for values in (1);
  create statistics st on (f(a)), b from t; create aggregate ag(int) (sfunc = int4pl, stype = int);
  create publication damaged_p for table t; alter table t owner to damaged_owner`;

/** What somebody with allow_system_table_mods, or a broken disk, did to the catalogs. */
const DAMAGES: readonly string[] = [
  "delete from pg_proc where proname = 'f'",
  "delete from pg_proc where proname = 'tf'",
  "update pg_proc set prolang = 4242 where proname = 'f'",
  "update pg_proc set prorettype = 4242 where proname = 'f'",
  "update pg_proc set proargtypes = '4242' where proname = 'f'",
  "delete from pg_class where relname = 't'",
  "delete from pg_class where relname = 'i'",
  "delete from pg_class where relname = 'v'",
  "delete from pg_class where relname = 'q'",
  "delete from pg_class where relname = 'pt'",
  "update pg_class set relnamespace = 4242 where relname = 't'",
  "update pg_class set relowner = 4242 where relname = 't'",
  "update pg_class set relam = 4242 where relname = 't'",
  "update pg_class set reltablespace = 4242 where relname = 't'",
  "update pg_class set reloftype = 4242 where relname = 't'",
  "delete from pg_attribute where attrelid = 'd.t'::regclass and attname = 'a'",
  "update pg_attribute set atttypid = 4242 where attrelid = 'd.t'::regclass and attname = 'b'",
  "update pg_attribute set attcollation = 4242 where attrelid = 'd.t'::regclass and attname = 'b'",
  "delete from pg_attrdef where adrelid = 'd.t'::regclass",
  "delete from pg_type where typname = 'e'",
  "delete from pg_type where typname = 'ct'",
  "update pg_type set typbasetype = 4242 where typname = 'dm'",
  "delete from pg_enum",
  "delete from pg_range where rngtypid = 'd.r'::regtype",
  "update pg_range set rngsubtype = 4242 where rngtypid = 'd.r'::regtype",
  "delete from pg_constraint where conname = 'c'",
  "update pg_constraint set conbin = null where conname = 'c'",
  "update pg_constraint set conrelid = 4242 where conname = 'c'",
  "delete from pg_index where indexrelid = 'd.i'::regclass",
  "update pg_index set indrelid = 4242 where indexrelid = 'd.i'::regclass",
  "update pg_index set indkey = '99' where indexrelid = 'd.i'::regclass",
  "delete from pg_rewrite where ev_class = 'd.v'::regclass",
  "delete from pg_rewrite where rulename = 'ru'",
  "delete from pg_trigger where tgname = 'tr'",
  "update pg_trigger set tgfoid = 4242 where tgname = 'tr'",
  "update pg_trigger set tgrelid = 4242 where tgname = 'tr'",
  "update pg_policy set polrelid = 4242 where polname = 'po'",
  "update pg_policy set polroles = '{4242}' where polname = 'po'",
  "delete from pg_sequence",
  "delete from pg_inherits",
  "delete from pg_partitioned_table",
  "delete from pg_aggregate where aggfnoid = 'd.ag'::regproc",
  "delete from pg_statistic_ext",
  "update pg_statistic_ext set stxrelid = 4242",
  "delete from pg_namespace where nspname = 'd'",
  "delete from pg_authid where rolname = 'damaged_owner'",
  "delete from pg_depend where classid >= 0 and objid >= 16384",
  "delete from pg_publication_rel",
  "update pg_publication_rel set prrelid = 4242",
  "insert into pg_description select 4242, 'pg_class'::regclass, 0, 'of nothing'",
  "delete from pg_language where lanname = 'plpgsql'",
  "delete from pg_am where amname = 'btree'",
  "delete from pg_opclass where opcname = 'int4_ops'",
  "delete from pg_collation where collname = 'C'",
  "delete from pg_tablespace where spcname = 'pg_default'",
];

describe.each(MAJORS)("a catalog damaged by hand, on PostgreSQL %i", (major) => {
  let damaged: TestDatabase;
  let whole: Snapshot;
  beforeAll(async () => {
    damaged = await testDatabase({ major });
    await damaged.db.query(GROUND);
    whole = await look(damaged.db);
  }, 60_000);
  afterAll(async () => {
    await damaged.db.query("drop schema d cascade; drop owned by damaged_owner; drop role damaged_owner");
    await damaged.drop();
  });

  class Undo extends Error {}

  test.each(DAMAGES)("%s", async (damage) => {
    expect(whole.unreadable).toEqual([]);
    let seen: Snapshot | undefined;
    const work = async (tx: Sql) => {
      await tx.query("set local allow_system_table_mods = on");
      await tx.query(damage);
      seen = await readSnapshot(tx, { ignore: compileIgnore([]) });
      throw new Undo();
    };
    await damaged.db.transaction(work).catch((error) => {
      if (!(error instanceof Undo)) throw error;
    });
    if (seen === undefined) throw new Error("nothing was seen");
    expectRoundTrip({ ...seen, unreadable: [] });
    // What the damage does not touch is there as it was; a schema takes along what lives in it.
    if (!damage.includes("pg_namespace")) {
      const left = new Set(seen.objects.map(({ kind, identity }) => `${kind} ${identity}`));
      for (const one of ["table d.whole", "column d.whole.b", "view d.sound", "function d.keep()"]) {
        expect([damage, one, left.has(one)]).toEqual([damage, one, true]);
      }
    }
    const told = JSON.stringify(seen.objects) !== JSON.stringify(whole.objects) || seen.unreadable.length > 0;
    expect([damage, told || damage.includes("of nothing")]).toEqual([damage, true]);
  });
});
