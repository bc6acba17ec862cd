import { afterAll, beforeAll, expect, test } from "bun:test";
import { look } from "../catalog/testing.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { bodyOf, objectOf } from "./body.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { readWatchState } from "./snapshots.ts";

let database: TestDatabase;
let own: TestDatabase;
beforeAll(async () => {
  [database, own] = await Promise.all([testDatabase(), testDatabase()]);
  await database.db.query(`
    create schema "a.b"; create table "a.b"."t.t" (id int primary key, "x.y" text default 'é' check ("x.y" <> ''));
    create index "i.i" on "a.b"."t.t" ("x.y"); create function "a.b".f(a int, b text) returns int language sql as 'select 1';
    create table "table" (c int); create type mood as enum ('sad'); create view v as select * from "table"`);
});
afterAll(() => Promise.all([database.drop(), own.drop()]));

test("a body with its kind and identity is the object's content", async () => {
  const { objects } = await look(database.db);
  expect(objects.length).toBeGreaterThan(15);
  for (const { address: _address, version: _version, ...content } of objects) {
    const body = JSON.parse(JSON.stringify(bodyOf(content)));
    expect(objectOf(content.kind, content.identity, body)).toEqual(content);
  }
});

test("what an older program stored is read as it was", async () => {
  const { objects, ...snapshot } = await look(database.db);
  await migrate(own.db, { migrations: migrations.filter(({ version }) => version <= 2) });
  const contents = objects.map(({ kind, name, identity, parent, attributes }, at) => ({
    hash: at.toString(16).padStart(32, "0"),
    kind,
    identity,
    body: { kind, name, identity, parent, attributes },
  }));
  await own.db.query(
    "insert into schemawatch.database (name, interval_ms, exact_every_ms) values ('d', 1, 1)",
  );
  await own.db.query(
    `insert into schemawatch.snapshot (database_id, format, server_version_num, fingerprint, object_count)
     values (1, $1, $2, 'f', $3)`,
    [snapshot.format, snapshot.serverVersionNum, objects.length],
  );
  await own.db.query(
    "insert into schemawatch.object select hash, body from jsonb_to_recordset($1::jsonb) n (hash text, body jsonb)",
    [JSON.stringify(contents)],
  );
  await own.db.query(
    `insert into schemawatch.snapshot_object
     select 1, kind, identity, null, null, hash, 1 from jsonb_to_recordset($1::jsonb) n (hash text, kind text, identity text)`,
    [JSON.stringify(contents)],
  );
  await own.db.query("update schemawatch.database set snapshot_id = 1");
  await migrate(own.db);
  const { stored } = await readWatchState(own.db, 1);
  expect(stored?.snapshot?.objects).toEqual(
    objects.map(({ address: _address, version: _version, ...content }) => content),
  );
  const hashes = new Set(contents.map(({ hash }) => hash));
  expect(new Set(stored?.hashes.values())).toEqual(hashes);
});
