import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { MAJORS } from "../testing/majors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { compileIgnore } from "./ignore.ts";
import type { CatalogObject, Snapshot } from "./model.ts";
import { readPieces, readWhole, type ServerRow } from "./snapshot.ts";
import serverSql from "./sql/server.sql" with { type: "text" };

/** Keys and indexes of every form: the plain ones are put together by us, the others printed by the server. */
const KEYS = `
  create schema s; create schema "S s"; set search_path = s;
  create domain code as text; create type mood as enum ('sad');
  create table t (id int, "Id" bigint, "a""b" text, "user" varchar(9), d code, m mood, o oid, c char(3), l text collate "C", n name, arr int[],
    primary key (id, "Id"), unique ("a""b"), constraint "odd ""name" unique ("user", d), unique (m) include (o),
    constraint put_off unique (n) deferrable initially deferred, check (id > 0), check ("Id" > 1) no inherit, exclude using gist (circle(point(id, id), 1) with &&));
  alter table t add constraint later check (id < 9) not valid;
  create table "S s"."U" (a int, b bigint, f int, "table" text);
  alter table "S s"."U" add foreign key (a, b) references t,
    add constraint up foreign key (a, b) references t (id, "Id") on update cascade on delete set null,
    add foreign key (b, a) references t ("Id", id) match full, add foreign key ("table") references t ("a""b") on delete restrict on update set default,
    add constraint off foreign key (a, b) references t deferrable, add constraint unseen foreign key (a, b) references t not valid,
    add constraint kept foreign key (a, b) references t on delete cascade;
  create table parts (id int, at int, primary key (id, at)) partition by range (at);
  create table part partition of parts for values from (1) to (2);
  create table below (id int, at int, foreign key (id, at) references parts);
  create index on t (id); create unique index on t ("user"); create index on t (d); create index on t (m); create index on t (o); create index on t (c);
  create index on t (l); create index on t (n); create index on t (arr); create index on t ("user", "a""b", id); create index on t (id, o, c, m);
  create index on t (id int4_ops); create index by_class on t ("user" bpchar_ops); create index on t ("a""b" text_pattern_ops);
  create index on t (id oid_ops); create index on t (l collate "POSIX"); create index on t ("user" collate "C"); create index on t (id desc);
  create index on t (id nulls first, o); create index on t (lower("a""b")) where id > 3; create index on t using hash (id);
  create index "Odd ""index" on "S s"."U" (f) include (a); create index on "S s"."U" (f) with (fillfactor = 50); create index on parts (at);
  create index on only parts (id)`;

describe.each(MAJORS)("keys and indexes on PostgreSQL %i", (major) => {
  let database: TestDatabase;
  let whole: Snapshot;
  let pieces: Snapshot;
  beforeAll(async () => {
    database = await testDatabase({ major });
    await database.db.query(KEYS);
    if (major >= 15) {
      await database.db.query(`
        create table s.w (a int, b int, unique nulls not distinct (a)); create unique index on s.w (b) nulls not distinct;
        alter table "S s"."U" add constraint part foreign key (a, b) references s.t on delete set null (a)`);
    }
    if (major >= 18)
      await database.db.query(`alter table s.t add constraint told check (id <> 7) not enforced`);
    [whole, pieces] = await database.db.transaction(
      async (tx) => {
        const [server] = await tx.query<ServerRow>(serverSql, []);
        if (server === undefined) throw new Error("no answer");
        const options = { ignore: compileIgnore([]) };
        return [await readWhole(tx, server, options), await readPieces(tx, server, options)];
      },
      { readOnly: true, isolation: "repeatable read" },
    );
  }, 60_000);
  afterAll(() => database.drop());

  const oidOf = ({ address }: CatalogObject) => address?.split(":")[1] ?? "";

  test.each([
    ["constraint", "pg_get_constraintdef", 18],
    ["index", "pg_get_indexdef", 25],
  ] as const)("a %s is told as %s prints it", async (kind, printer, least) => {
    const objects = whole.objects.filter((object) => object.kind === kind);
    expect(objects.length).toBeGreaterThan(least);
    const printed = await database.db.transaction(async (tx) => {
      await tx.query("set local search_path = ''");
      return tx.query<{ oid: number; definition: string }>(
        `select oid::oid, ${printer}(oid::oid) as definition from unnest($1::oid[]) oid`,
        [objects.map(oidOf)],
      );
    });
    const definitions = new Map(printed.map(({ oid, definition }) => [String(oid), definition]));
    for (const object of objects)
      expect([object.identity, object.attributes.definition]).toEqual([
        object.identity,
        definitions.get(oidOf(object)) ?? "",
      ]);
  });

  test("a large database's look, kind by kind, sees the same", () => {
    const told = ({ objects }: Snapshot) =>
      objects.map(({ kind, identity, address, version, parent, attributes }) => ({
        kind,
        identity,
        address,
        version,
        parent,
        attributes: { ...attributes },
      }));
    expect(told(pieces)).toEqual(told(whole));
  });
});

test("names that hold what separates rows and fields are read in another way", async () => {
  const { db, drop } = await testDatabase();
  try {
    await db.query(
      `create table "a\x1eb" (id int, "c\x1fd" text check ("c\x1fd" <> '\x1e')); create table plain (id int primary key); create index "i\x1f" on plain (id);
       create view "v\x1e" as select '\x1f' as x`,
    );
    const [whole, pieces] = await db.transaction(
      async (tx) => {
        const [server] = await tx.query<ServerRow>(serverSql, []);
        if (server === undefined) throw new Error("no answer");
        const options = { ignore: compileIgnore([]) };
        return [await readWhole(tx, server, options), await readPieces(tx, server, options)];
      },
      { readOnly: true, isolation: "repeatable read" },
    );
    const told = ({ objects }: Snapshot) => objects.map((object) => [object.identity, object.attributes]);
    expect(whole.objects.some(({ identity }) => identity.includes("c\x1fd"))).toBe(true);
    expect(told(pieces)).toEqual(told(whole));
  } finally {
    await drop();
  }
}, 60_000);
