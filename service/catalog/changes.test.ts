import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { generator } from "../testing/random.ts";
import { diffSnapshots } from "./diff.ts";
import { compileIgnore } from "./ignore.ts";
import type { CatalogObject, Snapshot } from "./model.ts";
import { readChanges, readPieces, readWhole, type ServerRow } from "./snapshot.ts";
import serverSql from "./sql/server.sql" with { type: "text" };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const ROUNDS = 160;
const SEEDS = [1, 2, 3];

/** One statement of a small world of names, so that most find what they name; the others fail and change nothing. */
const STATEMENTS: readonly ((pick: (...names: string[]) => string) => string)[] = [
  (p) =>
    `create table ${p("a", "b")}.${p("t", "u", "v")} (id int primary key, x text default 'x', y int check (y > 0))`,
  (p) =>
    `create table ${p("a", "b")}.${p("c", "d")} (k a.mood, n a.small, p a.pair) inherits (${p("a", "b")}.t)`,
  () => `create table a.parts (id int, at int) partition by range (at)`,
  (p) =>
    `create table a.part_${p("1", "2")} partition of a.parts for values from (${p("1", "2")}) to (${p("2", "3")})`,
  (p) =>
    `alter table a.parts ${p("attach", "detach")} partition a.part_1${p("", " for values from (1) to (2)")}`,
  (p) => `create index on a.parts (${p("id", "at")})`,
  (p) => `create trigger watch after insert on ${p("a.parts", "a.t")} for each row execute function a.note()`,
  (p) => `alter table a.part_1 ${p("disable", "enable")} trigger watch`,
  (p) => `drop trigger watch on ${p("a.parts", "a.t")}`,
  (p) =>
    `create function a.note() returns trigger language plpgsql as 'begin return ${p("new", "old")}; end'`,
  (p) =>
    `create or replace function a.${p("f", "g")}(m a.mood, t a.t) returns int language sql as 'select ${p("1", "2")}'`,
  (p) => `alter function a.f rename to ${p("g", "h")}`,
  (p) => `drop function a.${p("f", "g", "h")}`,
  (p) => `alter table ${p("a", "b")}.${p("t", "u")} rename to ${p("t", "u", "v")}`,
  (p) => `alter table ${p("a", "b")}.${p("t", "u", "v")} set schema ${p("a", "b")}`,
  (p) =>
    `alter table ${p("a", "b")}.${p("t", "u")} add column ${p("z", "w")} ${p("int", "a.mood", "a.small", 'text collate "C"')}`,
  (p) => `alter table ${p("a", "b")}.${p("t", "u")} drop column ${p("z", "w", "x", "y")} cascade`,
  (p) => `alter table ${p("a", "b")}.${p("t", "u")} rename column ${p("x", "y", "z")} to ${p("x", "y", "q")}`,
  (p) =>
    `alter table ${p("a", "b")}.t alter column ${p("x", "id")} ${p("drop default", "set default 1", "set not null", "drop not null")}`,
  (p) =>
    `alter table ${p("a", "b")}.t alter column id ${p("add generated always as identity", "drop identity", "set increment 5")}`,
  (p) =>
    `alter table ${p("a", "b")}.u add constraint ${p("ref", "ref2")} foreign key (id) references ${p("a", "b")}.t`,
  (p) => `alter table ${p("a", "b")}.u drop constraint ${p("ref", "ref2", "u_y_check", "u_pkey")} cascade`,
  (p) => `alter table ${p("a", "b")}.u rename constraint ref to ref2`,
  (p) =>
    `create index ${p("i", "j")} on ${p("a", "b")}.t (${p("x", "lower(x)", "y desc")}) ${p("", "where y > 5")}`,
  (p) => `alter index ${p("a", "b")}.${p("i", "t_pkey")} rename to ${p("j", "k")}`,
  (p) => `drop index ${p("a", "b")}.${p("i", "j", "k")}`,
  (p) => `create view ${p("a", "b")}.w as select t.*, t.x as more from ${p("a", "b")}.t`,
  () => `create view a.w2 as select t.id, u.x from a.t join a.u using (id)`,
  (p) => `create materialized view b.mv as select id from ${p("a", "b")}.t`,
  (p) => `alter view ${p("a", "b")}.w rename column ${p("x", "more")} to ${p("less", "x")}`,
  (p) => `drop view ${p("a.w", "b.w", "a.w2")} cascade`,
  (p) => `create sequence a.s ${p("", "increment 2")}`,
  (p) => `alter sequence a.s owned by ${p("none", "a.t.id", "b.t.id")}`,
  (p) => `alter table ${p("a", "b")}.t alter column id set default nextval('a.s')`,
  (p) => `alter sequence a.s rename to ${p("s", "s2")}`,
  () => `drop sequence a.s cascade`,
  () => `create type a.mood as enum ('sad', 'ok')`,
  (p) =>
    `alter type a.mood ${p("add value 'happy'", "rename value 'ok' to 'fine'", "rename to feeling", "set schema b")}`,
  (p) => `alter type ${p("a.feeling", "b.mood")} ${p("rename to mood", "set schema a")}`,
  () => `create domain a.small as int check (value < 9)`,
  (p) =>
    `alter domain a.small ${p("set default 1", "rename to tiny", "add check (value > 0)", "set not null", "drop not null")}`,
  () => `alter domain a.tiny rename to small`,
  () => `create type a.pair as (l int, r text)`,
  (p) =>
    `alter type a.pair ${p("add attribute m int", "drop attribute m", "rename attribute l to ll")} cascade`,
  (p) => `create policy own on ${p("a", "b")}.t using (${p("id", "length(x)")} > 1)`,
  (p) => `drop policy own on ${p("a", "b")}.t`,
  (p) => `alter table ${p("a", "b")}.t ${p("enable", "disable", "force")} row level security`,
  (p) => `comment on table ${p("a", "b")}.t is ${p("'one'", "'two'", "null")}`,
  (p) => `comment on column ${p("a", "b")}.t.${p("id", "x")} is ${p("'one'", "null")}`,
  (p) => `comment on constraint t_pkey on ${p("a", "b")}.t is ${p("'one'", "null")}`,
  (p) => `comment on index ${p("a", "b")}.${p("i", "t_pkey")} is ${p("'one'", "null")}`,
  (p) => `comment on type a.mood is ${p("'one'", "null")}`,
  (p) => `comment on function a.note() is ${p("'one'", "null")}`,
  (p) => `grant ${p("select", "update (x)", "all")} on ${p("a", "b")}.t to public`,
  (p) => `revoke ${p("select", "all")} on ${p("a", "b")}.t from public`,
  (p) =>
    `alter table ${p("a", "b")}.t set (fillfactor = ${p("50", "70")}, toast.autovacuum_enabled = ${p("on", "off")})`,
  (p) => `alter table ${p("a", "b")}.t replica identity ${p("full", "default", "nothing")}`,
  (p) => `alter index ${p("a", "b")}.i alter column 1 set statistics ${p("10", "100")}`,
  (p) => `alter table ${p("a.d", "b.c")} no inherit ${p("a", "b")}.t`,
  (p) => `drop table ${p("a", "b")}.${p("t", "u", "v", "c", "d")} cascade`,
  (p) => `drop table a.${p("parts", "part_1", "part_2")} cascade`,
  (p) => `drop type a.${p("mood", "pair", "small")} cascade`,
  (p) => `create server ${p("near", "far")} foreign data wrapper w`,
  () => `alter server near rename to far`,
  (p) => `create foreign table a.${p("r", "r2")} (id int options (k 'v'), x text) server ${p("near", "far")}`,
  (p) =>
    `alter foreign table a.r ${p("add column z int", "options (n 'x')", "drop column x", "rename to r2")}`,
  (p) =>
    `alter foreign table a.r alter column id ${p("options (set k 'w')", "set not null", "set default 1")}`,
  (p) => `alter foreign table a.r ${p("add constraint pos check (id > 0)", "drop constraint pos")}`,
  (p) => `drop foreign table a.${p("r", "r2")}`,
  (p) => `comment on foreign table a.r is ${p("'one'", "null")}`,
  (p) =>
    `create rule aside as on insert to ${p("a.t", "b.t", "a.w")} do ${p("also", "instead")} select x from ${p("a", "b")}.u`,
  (p) => `create statistics a.${p("st", "st2")} on id, x from ${p("a", "b")}.t`,
  (p) => `alter statistics a.st ${p("rename to st2", "set statistics 50", "set schema b")}`,
  (p) => `create publication pub for table ${p("a", "b")}.t`,
  (p) => `alter publication pub ${p("add table a.u", "drop table a.t", "set (publish = 'insert')")}`,
  (p) => `create schema ${p("a", "b", "c")}`,
  (p) => `alter schema ${p("c", "d")} rename to ${p("c", "d")}`,
  (p) => `truncate ${p("a", "b")}.t cascade`,
  (p) => `vacuum full pg_${p("class", "attribute", "constraint")}`,
];

async function look(
  previous: Snapshot | undefined,
): Promise<{ whole: Snapshot; changes: Snapshot | null; pieces: Snapshot }> {
  const options = { ignore: compileIgnore([]) };
  return database.db.transaction(
    async (tx) => {
      const [server] = await tx.query<ServerRow>(serverSql, []);
      if (server === undefined) throw new Error("no answer");
      const changes = await readChanges(tx, server, options, previous);
      return {
        changes,
        pieces: await readPieces(tx, server, options),
        whole: await readWhole(tx, server, options),
      };
    },
    { readOnly: true, isolation: "repeatable read" },
  );
}

const told = (objects: readonly CatalogObject[]) =>
  objects.map(({ kind, identity, name, parent, address, version, attributes }) =>
    JSON.stringify([kind, identity, name, parent, address, version, Object.entries(attributes).sort()]),
  );

for (const seed of SEEDS) {
  test(`a look at what changed sees what a look at everything sees, seed ${seed}`, async () => {
    const { db } = database;
    await db.query(
      "drop schema if exists a, b, c, d cascade; drop foreign data wrapper if exists w cascade; drop publication if exists pub; create foreign data wrapper w; create schema a; create schema b",
    );
    const random = generator(seed);
    const pick = (...names: string[]) => names[Math.floor(random() * names.length)] ?? "";
    let { pieces: known, whole: before } = await look(undefined);
    expect(told(known.objects)).toEqual(told(before.objects));
    let [changed, quick] = [0, 0];
    const since: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const statement = (STATEMENTS[Math.floor(random() * STATEMENTS.length)] as (typeof STATEMENTS)[number])(
        pick,
      );
      const failed = await db.query(statement).then(
        () => false,
        () => true,
      );
      if (failed) continue;
      since.push(statement);
      changed += 1;
      // Several statements between two looks, at times.
      if (random() < 0.3) continue;
      const { whole, changes, pieces } = await look(known);
      expect(told(pieces.objects)).toEqual(told(whole.objects));
      if (changes !== null) {
        quick += 1;
        const said = since.join(";\n");
        expect([said, ...told(changes.objects)]).toEqual([said, ...told(whole.objects)]);
        if (changes.since === undefined) throw new Error("it does not say what it read");
        const some = diffSnapshots(
          { ...known, objects: changes.since.gone },
          { ...changes, objects: changes.since.come },
        );
        expect([said, ...some]).toEqual([said, ...diffSnapshots(before, whole)]);
      }
      known = changes ?? pieces;
      before = whole;
      since.length = 0;
    }
    expect(changed).toBeGreaterThan(ROUNDS / 8);
    expect(quick).toBeGreaterThan(changed / 3);
  }, 240_000);
}
