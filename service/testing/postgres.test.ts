import { afterAll, expect, test } from "bun:test";
import { testDatabase } from "./postgres.ts";

const first = await testDatabase();
const second = await testDatabase();
afterAll(() => Promise.all([first.drop(), second.drop()]));

test("each test database is its own", async () => {
  await first.db.query("create table a (id int)");
  expect(await second.db.query("select to_regclass('a') as found", [])).toEqual([{ found: null }]);
});
