import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { enqueueRun, prepareQueue, QUEUE, QUEUE_SCHEMA_VERSION, queueAdapter, queueClient } from "./queue.ts";
import { requestRun } from "./runs.ts";

let store: TestDatabase;
beforeAll(async () => {
  store = await testDatabase({ template: "store" });
  await store.db.query(
    "insert into schemawatch.database (name, interval_ms, exact_every_ms) values ('shop', 1000, 300000)",
    [],
  );
}, 30_000);
afterAll(() => store.drop());

test("the queue is prepared once, and again is cheap", async () => {
  const [queue] = await store.db.query("select policy, retry_limit from pgboss.queue where name = $1", [
    QUEUE,
  ]);
  expect(queue).toEqual({ policy: "key_strict_fifo", retry_limit: 1_000_000 });
  const begin = performance.now();
  await prepareQueue(store.db);
  expect(performance.now() - begin).toBeLessThan(100);
});

test("the version we expect is the one pg-boss ships", async () => {
  const { pgboss } = await import("pg-boss/package.json");
  expect(pgboss.schema).toBe(QUEUE_SCHEMA_VERSION);
});

test("the job is what pg-boss itself would send", async () => {
  const boss = await queueClient(store.db);
  const { id } = await requestRun(store.db, { database: "shop" });
  const [ours, theirs] = await store.db.transaction(async (tx) => {
    await enqueueRun(tx, { id, database: "shop" });
    const sent = await boss.send(QUEUE, { run: id }, { singletonKey: "shop", db: queueAdapter(tx) });
    const jobs = await tx.query<Record<string, unknown>>(
      `select job.*, keep_until - start_after as kept, start_after = now() as at_once, id = $1 as theirs
       from pgboss.job where name = $2 order by theirs`,
      [sent, QUEUE],
    );
    return jobs.map(({ id: _, created_on, start_after, keep_until, theirs, ...rest }) => rest);
  });
  expect(ours).toEqual(theirs);
  expect(ours).toMatchObject({ data: { run: id }, at_once: true });
});
