import { afterAll, beforeAll, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { tablespaceFolder } from "../testing/tablespace.ts";
import { diffSnapshots } from "./diff.ts";
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

test("a tablespace whose folder is gone is named, and the other ones are read", async () => {
  const { db } = database;
  const made: string[] = [];
  for (const name of ["careful_lost", "careful_kept"]) {
    const folder = await tablespaceFolder(db, name);
    await db.query(`create tablespace ${name} location '${folder}'`);
    made.push(folder);
  }
  const [lost] = await db.query<{ link: string }>(
    "select current_setting('data_directory') || '/pg_tblspc/' || oid as link from pg_tablespace where spcname = 'careful_lost'",
  );
  const link = lost?.link ?? "";
  await rename(link, `${link}.away`);
  const after = await look(db);
  await rename(`${link}.away`, link);
  const told = after.unreadable.filter((line) => line.includes("tablespaces"));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^definitions in tablespaces of OID \d+: could not /);
  const location = (name: string) => after.objects.find((one) => one.identity === name)?.attributes.location;
  expect([location("careful_lost"), location("careful_kept")]).toEqual([undefined, made[1]]);
  for (const name of ["careful_lost", "careful_kept"]) await db.query(`drop tablespace ${name}`);
});
