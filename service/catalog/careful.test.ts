import { afterAll, beforeAll, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { compileIgnore } from "./ignore.ts";
import { readSnapshot } from "./snapshot.ts";
import { look } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

test("an object that the server cannot print is named, and the look goes on without a false difference", async () => {
  const { db } = database;
  await db.query(`
    create table t (a int default 5, b int, constraint broken_check check (b > 0), constraint whole_check check (a > 0));
    create index whole on t ((a + 1)); create index broken on t (b)`);
  const before = await look(db);
  expect(before.unreadable).toEqual([]);
  await db.query("update pg_constraint set conbin = null where conname = 'broken_check'");
  await db.query("update pg_index set indkey = '0' where indexrelid = 'broken'::regclass");
  const after = await look(db);
  expect(after.unreadable.length).toBe(2);
  expect(after.unreadable.join()).toContain("in constraints of OID");
  expect(after.unreadable.join()).toContain("in indexes of OID");
  expect(after.objects.map(({ identity }) => identity)).toEqual(
    before.objects.map(({ identity }) => identity),
  );
  const others = diffSnapshots(before, after).filter(({ identity }) => !identity.includes("broken"));
  expect(others).toEqual([]);
});

test("a lock of DDL under way that outlasts lock_timeout is told as such", async () => {
  const { db } = database;
  await db.query("create table locked (a int check (a > 1))");
  await db.transaction(async (ddl) => {
    await ddl.query("lock table locked in access exclusive mode");
    const looking = db.transaction(async (tx) => {
      await tx.query("set local lock_timeout = '50ms'");
      return readSnapshot(tx, { ignore: compileIgnore([]) });
    });
    const error = await looking.catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("unavailable");
    expect((error as AppError).message).toContain("lock");
  });
});
