import { afterAll, beforeAll, expect, test } from "bun:test";
import type { TestDatabase } from "../testing/postgres.ts";
import { CHANNEL, type StoreEvent } from "./events.ts";
import { enqueueRun } from "./queue.ts";
import { cancelRun, requestRun, rerun } from "./runs.ts";
import { storeWith } from "./testing.ts";

let store: TestDatabase;
const heard: StoreEvent[] = [];
beforeAll(async () => {
  store = await storeWith("shop", "blog", "gone");
  await store.db.query("update schemawatch.database set watched = false where name = 'gone'", []);
  await store.db.listen(
    CHANNEL,
    (payload) => heard.push(JSON.parse(payload)),
    () => {},
  );
}, 30_000);
afterAll(() => store.drop());

async function state(id: string): Promise<unknown> {
  const [row] = await store.db.query("select state, last_seq from schemawatch.run where id = $1::bigint", [
    id,
  ]);
  return row;
}

test("a request is a requested run, its first event, and two notices", async () => {
  const { id, created } = await requestRun(store.db, { database: "shop", requestedBy: "ada" });
  expect(created).toBe(true);
  expect(await state(id)).toEqual({ state: "requested", last_seq: 1 });
  const events = await store.db.query(
    "select seq, type, state, message from schemawatch.run_event where run_id = $1::bigint",
    [id],
  );
  expect(events).toEqual([
    { seq: 1, type: "run", state: "requested", message: "Requested by ada; an exact look comes first." },
  ]);
  await Bun.sleep(50);
  expect(heard).toContainEqual({ type: "look", database: "shop", run: id });
  expect(heard).toContainEqual({ type: "run", database: "shop", run: id });
});

test("the same key for the same database is the same run, also for requests at once", async () => {
  const ask = (database: string) => requestRun(store.db, { database, idempotencyKey: "k1" });
  const all = await Promise.all(Array.from({ length: 12 }, () => ask("shop")));
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(all.filter(({ created }) => created)).toHaveLength(1);
  expect((await ask("blog")).created).toBe(true);
});

test("an unknown database and one that is not watched are refused, with different words", async () => {
  await expect(requestRun(store.db, { database: "nope" })).rejects.toMatchObject({ code: "not_found" });
  await expect(requestRun(store.db, { database: "gone" })).rejects.toMatchObject({ code: "conflict" });
});

test("a requested run is cancelled at once, again is fine, and it is not queued any more", async () => {
  const { id } = await requestRun(store.db, { database: "shop" });
  expect(await cancelRun(store.db, id)).toEqual({ state: "requested" });
  expect(await cancelRun(store.db, id)).toEqual({ state: "cancelled" });
  expect(await state(id)).toEqual({ state: "cancelled", last_seq: 2 });
  await enqueueRun(store.db, { id, database: "shop" });
  expect(await state(id)).toEqual({ state: "cancelled", last_seq: 2 });
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
});

test("a run is queued once", async () => {
  const { id } = await requestRun(store.db, { database: "shop" });
  await enqueueRun(store.db, { id, database: "shop" });
  await enqueueRun(store.db, { id, database: "shop" });
  expect(await state(id)).toEqual({ state: "queued", last_seq: 2 });
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(1);
  await cancelRun(store.db, id);
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
});

test("queueing is undone with its transaction", async () => {
  const { id } = await requestRun(store.db, { database: "shop" });
  const rolledBack = store.db.transaction(async (tx) => {
    await enqueueRun(tx, { id, database: "shop" });
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  expect(await state(id)).toEqual({ state: "requested", last_seq: 1 });
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
});

test("only an ended run is run again or refused to be cancelled", async () => {
  const { id } = await requestRun(store.db, { database: "shop" });
  await expect(rerun(store.db, id)).rejects.toMatchObject({ code: "conflict" });
  await expect(rerun(store.db, "999999")).rejects.toMatchObject({ code: "not_found" });
  await expect(cancelRun(store.db, "999999")).rejects.toMatchObject({ code: "not_found" });
  await store.db.query("update schemawatch.run set state = 'succeeded' where id = $1::bigint", [id]);
  await expect(cancelRun(store.db, id)).rejects.toMatchObject({ code: "conflict" });
});
