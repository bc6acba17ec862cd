import { afterAll, beforeAll, expect, test } from "bun:test";
import { readGate } from "./catalog/gate.ts";
import { compileIgnore } from "./catalog/ignore.ts";
import { takeLook } from "./look.ts";
import { connect } from "./postgres/client.ts";
import type { Database } from "./postgres/types.ts";
import { type TestDatabase, testDatabase } from "./testing/postgres.ts";

let base: TestDatabase;
beforeAll(async () => {
  base = await testDatabase();
});
afterAll(() => base.drop());

/** The database, where each of the statements runs in its turn, elsewhere, between the beginning of a look and its reading. */
function disturbed(statements: readonly string[]): Database {
  const left = [...statements];
  return {
    ...base.db,
    transaction: (work, options) =>
      base.db.transaction(async (tx) => {
        await tx.query("select 1", []);
        const statement = left.shift();
        if (statement !== undefined) {
          const other = connect({
            url: base.url,
            applicationName: "other",
            maxConnections: 1,
            deadlineMs: 5000,
          });
          await other.query(statement);
          // Its counters reach others before its answer, not when the server comes to it.
          await other.query("select pg_stat_force_next_flush()");
          await other.close();
        }
        return work(tx);
      }, options),
  };
}

async function look(statements: readonly string[], most: number) {
  const options = { ignore: compileIgnore([]) };
  return takeLook(disturbed(statements), await readGate(base.db), options, { most, deadlineMs: 5000 });
}

test("a look into which a change came is taken again, and says when it never was quiet", async () => {
  const seen = await look(["create table public.during ()"], 2);
  expect(seen.quiet).toBe(true);
  expect(seen.snapshot.objects.some(({ identity }) => identity === "public.during")).toBe(true);
  const statements = ["create table public.first ()", "create table public.second ()"];
  expect((await look(statements, 2)).quiet).toBe(false);
});

test("an object that goes away during a look is no fault: the next look does not see it", async () => {
  await base.db.query("create view public.going as select 1 as one");
  const seen = await look(["drop view public.going"], 2);
  expect(seen.quiet).toBe(true);
  expect(seen.snapshot.objects.some(({ identity }) => identity === "public.going")).toBe(false);
});
