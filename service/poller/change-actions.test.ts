import { expect, setDefaultTimeout, test } from "bun:test";
import { listChanges } from "../store/read/changes.ts";
import { listDatabases } from "../store/read/databases.ts";
import { testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { testPoller, watched } from "./testing.ts";

setDefaultTimeout(60_000);

test("a change is found by what was done to its objects", async () => {
  const [store, shop] = await Promise.all([
    testDatabase({ template: "store" }),
    testDatabase({ template: "sample" }),
  ]);
  const poller = await testPoller(store.url, [watched("shop", shop.url)]);
  try {
    await until(
      "watched",
      5000,
      async () => (await listDatabases(store.db, { state: "watching" })).items.length > 0,
    );
    await shop.db.query(
      `begin; alter table public.coupons rename to vouchers; create table public.x (a int); create table public.y (a int); commit`,
    );
    const found = await until(
      "the change",
      5000,
      async () => (await listChanges(store.db)).items[0] ?? false,
    );
    expect(found.actions).toEqual(expect.arrayContaining(["added", "renamed"]));
    expect(new Set(found.actions).size).toBe(found.actions.length);
    for (const action of ["added", "renamed"] as const) {
      expect((await listChanges(store.db, { action })).items.map(({ id }) => id)).toEqual([found.id]);
    }
    expect((await listChanges(store.db, { action: "removed" })).items).toEqual([]);
  } finally {
    await poller.stop();
    await Promise.all([store.drop(), shop.drop()]);
  }
});
