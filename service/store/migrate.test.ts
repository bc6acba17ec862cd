import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { AppError } from "../errors.ts";
import { connect, sqlState } from "../postgres/client.ts";
import type { Sql } from "../postgres/types.ts";
import { testDatabase } from "../testing/postgres.ts";
import { migrate, storeVersion } from "./migrate.ts";
import { type Migration, migrations as released } from "./migrations/index.ts";

// Starting a server takes its time on a busy machine.
setDefaultTimeout(60_000);

const used: { drop(): Promise<void> }[] = [];
afterAll(() => Promise.all(used.map((database) => database.drop())));

async function emptyDatabase() {
  const database = await testDatabase();
  used.push(database);
  return database;
}

const first: Migration = { version: 1, name: "one", sql: "create table schemawatch.one (id int)" };
const second: Migration = { version: 2, name: "two", sql: "create table schemawatch.two (id int)" };

test("the released migrations are numbered without a gap", () => {
  expect(released.map((migration) => migration.version)).toEqual(released.map((_, index) => index + 1));
});

test("four starters at once migrate once, and bring the queue up once each", async () => {
  const { url, db } = await emptyDatabase();
  let inside = 0;
  let most = 0;
  const also = async (session: Sql) => {
    most = Math.max(most, ++inside);
    await session.query("select pg_sleep(0.02)");
    inside -= 1;
  };
  const stores = [1, 2, 3, 4].map(() =>
    connect({ url, applicationName: "starter", maxConnections: 1, deadlineMs: 5000 }),
  );
  const applied = await Promise.all(stores.map((store) => migrate(store, { also: [also] })));
  await Promise.all(stores.map((store) => store.close()));
  expect(applied.map((migrations) => migrations.length).sort()).toEqual([0, 0, 0, released.length]);
  expect(most).toBe(1);
  expect(await storeVersion(db)).toBe(released.length);
});

test("a second start applies only what is new", async () => {
  const { db } = await emptyDatabase();
  expect(await storeVersion(db)).toBe(0);
  expect(await migrate(db, { migrations: [first] })).toEqual([first]);
  expect(await migrate(db, { migrations: [first, second] })).toEqual([second]);
  expect(await db.query("select version, name from schemawatch.migration order by 1", [])).toEqual([
    { version: 1, name: "one" },
    { version: 2, name: "two" },
  ]);
});

test("a newer store is refused and left alone", async () => {
  const { db } = await emptyDatabase();
  await migrate(db, { migrations: [first, second] });
  const refusal = migrate(db, { migrations: [first] });
  expect(refusal).rejects.toBeInstanceOf(AppError);
  expect(refusal).rejects.toMatchObject({
    code: "conflict",
    message: "The store is at version 2, this program knows 1.",
  });
  await refusal.catch(() => {});
  expect(await storeVersion(db)).toBe(2);
});

test("a migration that fails half-way leaves nothing, and those before it stand", async () => {
  const { db } = await emptyDatabase();
  const broken: Migration = { version: 2, name: "broken", sql: `${second.sql}; select 1 / 0` };
  const failure = await migrate(db, { migrations: [first, broken] }).catch((error: unknown) => error);
  expect(sqlState(failure)).toBe("22012");
  expect(await storeVersion(db)).toBe(1);
  expect(await db.query("select to_regclass('schemawatch.two') as two", [])).toEqual([{ two: null }]);
  expect(await migrate(db, { migrations: [first, second] })).toEqual([second]);
});

test("what was done to the objects of changes is known of those from before it was kept", async () => {
  const { db } = await emptyDatabase();
  await migrate(db, { migrations: released.slice(0, 4) });
  await db.query(
    `with d as (insert into schemawatch.database (name, interval_ms, exact_every_ms) values ('shop', 1, 1) returning id),
     s as (insert into schemawatch.snapshot (database_id, format, server_version_num, fingerprint, object_count)
       select id, 3, 180004, 'f', 1 from d returning id, database_id),
     c as (insert into schemawatch.change (database_id, after_snapshot, cause, compatibility, breaking, risky, safe, summary)
       select database_id, id, 'gate', 'safe', 0, 0, 3, 'x' from s returning id)
     insert into schemawatch.change_object (change_id, seq, kind, identity, action, compatibility, body)
     select id, seq, 'table', 't' || seq, (array['removed', 'added', 'removed'])[seq], 'safe', '{}' from c, generate_series(1, 3) seq`,
    [],
  );
  await migrate(db);
  expect(await db.query("select actions from schemawatch.change", [])).toEqual([
    { actions: ["added", "removed"] },
  ]);
});
