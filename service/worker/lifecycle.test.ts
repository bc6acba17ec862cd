import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { releaseRun } from "../store/journal.ts";
import { queueClient } from "../store/queue.ts";
import { cancelRun, rerun } from "../store/runs.ts";
import { storeWith } from "../store/testing.ts";
import type { TestDatabase } from "../testing/postgres.ts";
import { eventsOf, queueRun, runUntil, stepsOf } from "./testing.ts";
import { type Change, endless, type TwoSteps, workersOn } from "./testing-workflow.ts";
import type { StepContext } from "./workflow.ts";

let store: TestDatabase;
const workers = workersOn(() => store.url);
beforeAll(async () => {
  store = await storeWith("shop", "blog");
}, 30_000);
afterEach(() => workers.stopAll());
afterAll(() => store.drop());

test("cancelling a run stops its step at once", async () => {
  await workers.start({ two: { run: endless, timeoutMs: 60_000 } });
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  await Bun.sleep(50);
  const begin = performance.now();
  expect(await cancelRun(store.db, id)).toEqual({ state: "running" });
  expect(await cancelRun(store.db, id)).toMatchObject({ state: expect.any(String) });
  expect(await runUntil(store.db, id)).toMatchObject({ state: "cancelled", summary: "Cancelled." });
  expect(performance.now() - begin).toBeLessThan(500);
  expect(await stepsOf(store.db, id)).toMatchObject([{ state: "succeeded" }, { state: "cancelled" }]);
  expect((await eventsOf(store.db, id)).slice(-3)).toEqual([
    "run running: Cancellation asked for.",
    "two cancelled: Cancelled.",
    "run cancelled: Cancelled.",
  ]);
});

test("a lost notice of a cancellation is made up for by the next writing", async () => {
  const go = Promise.withResolvers<void>();
  const run = async ({ log, signal }: StepContext<TwoSteps>) => {
    await go.promise;
    log("info", "still here");
    return endless({ signal });
  };
  await workers.start({ one: { run, timeoutMs: 60_000 } });
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  await store.db.query(
    "update schemawatch.run set cancel_requested_at = now(), last_seq = last_seq + 1 where id = $1::bigint",
    [id],
  );
  await Bun.sleep(50);
  go.resolve();
  expect(await runUntil(store.db, id)).toMatchObject({ state: "cancelled" });
});

test("a queued run is cancelled without a worker, its job gone, and the next one is taken", async () => {
  const [first, second] = [await queueRun(store.db, "shop"), await queueRun(store.db, "shop")];
  expect(await cancelRun(store.db, first)).toEqual({ state: "queued" });
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(1);
  await workers.start();
  expect(await runUntil(store.db, second)).toMatchObject({ state: "succeeded" });
  expect(await runUntil(store.db, first)).toMatchObject({ state: "cancelled", attempt: 0 });
});

test("a job whose run cannot be taken goes away", async () => {
  const id = await queueRun(store.db, "shop");
  await store.db.query("update schemawatch.run set state = 'cancelled' where id = $1::bigint", [id]);
  await workers.start();
  const next = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, next)).toMatchObject({ state: "succeeded" });
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
});

test("an ended run is run again as a new one", async () => {
  await workers.start();
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id);
  const again = await rerun(store.db, id, "ada");
  expect(await runUntil(store.db, again.id)).toMatchObject({ state: "succeeded" });
  const rows = await store.db.query(
    "select cause, rerun_of, requested_by, look from schemawatch.run where id = $1::bigint",
    [again.id],
  );
  expect(rows).toMatchObject([
    { cause: "rerun", rerun_of: id, requested_by: "ada", look: { outcome: "unchanged" } },
  ]);
});

test("a worker that lost its run to another cannot write or go on", async () => {
  const go = Promise.withResolvers<void>();
  const twos: number[] = [];
  const changeOf = (n: number, held: Promise<unknown>): Change => ({
    one: {
      run: async () => {
        await held;
        return { output: { n } };
      },
    },
    two: {
      outside: true,
      run: async ({ output }) => {
        twos.push(output("one").n);
        return { output: `after ${output("one").n}` };
      },
    },
  });
  // With its only place taken, the first worker cannot take the run back.
  const first = await workers.start(changeOf(1, go.promise), 1);
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  await workers.start(changeOf(2, Promise.resolve()));
  const [row] = await store.db.query<{ jobId: string }>(
    'select job_id as "jobId" from schemawatch.run where id = $1::bigint',
    [id],
  );
  await releaseRun(
    store.db,
    await queueClient(store.db),
    { id, jobId: row?.jobId ?? "", attempt: 1 },
    "Taken away.",
  );
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 2 });
  const before = await eventsOf(store.db, id);
  go.resolve();
  await Bun.sleep(100);
  expect(await eventsOf(store.db, id)).toEqual(before);
  expect(twos).toEqual([2]);
  expect(await stepsOf(store.db, id)).toMatchObject([{ output: { n: 2 } }, { output: "after 2" }]);
  // The first worker has its place back.
  await first.stop(3000);
});

test("a run begun too often is given up", async () => {
  const id = await queueRun(store.db, "shop");
  await store.db.query("update pgboss.job set retry_count = 20, started_on = now()", []);
  await workers.start();
  expect(await runUntil(store.db, id)).toMatchObject({
    state: "failed",
    error: "Given up: begun 20 times and never ended.",
  });
});

test("a run whose job is gone from the queue fails when its worker is", async () => {
  const id = await queueRun(store.db, "shop");
  await store.db.query("delete from pgboss.job", []);
  await store.db.query(
    "update schemawatch.run set state = 'running', attempt = 1, worker_id = gen_random_uuid() where id = $1::bigint",
    [id],
  );
  await workers.start();
  expect(await runUntil(store.db, id)).toMatchObject({
    state: "failed",
    error: "Its job is gone from the queue.",
  });
});

test("a worker that stops finishes its step, hands the run back, and another goes on after it", async () => {
  const go = Promise.withResolvers<void>();
  let ones = 0;
  const one = async () => {
    ones += 1;
    await go.promise;
    return { output: { n: 3 } };
  };
  const role = await workers.start({ one: { run: one } });
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  const stopped = role.stop(5000);
  expect(role.unready()).toEqual(["stopping"]);
  go.resolve();
  await stopped;
  expect(await runUntil(store.db, id, ["queued"])).toMatchObject({ attempt: 1 });
  await workers.start({ one: { run: one } });
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(ones).toBe(1);
  expect(await stepsOf(store.db, id)).toMatchObject([{ attempt: 1 }, { output: "after 3" }]);
});

test("a worker that stops does not wait for a step beyond its deadline", async () => {
  const role = await workers.start({ one: { run: endless, timeoutMs: 60_000 } });
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  const begin = performance.now();
  await role.stop(1700);
  expect(performance.now() - begin).toBeLessThan(1700);
  expect(await runUntil(store.db, id, ["queued"])).toMatchObject({ attempt: 1 });
  expect(await stepsOf(store.db, id)).toMatchObject([{ state: "pending" }, { state: "pending" }]);
  await workers.start();
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("a run that was handed back can be cancelled, and no step of it looks as if it went on", async () => {
  const role = await workers.start({ one: { run: endless, timeoutMs: 60_000 } });
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  await Bun.sleep(50);
  const [job] = await store.db.query<{ jobId: string }>(
    'select job_id as "jobId" from schemawatch.run where id = $1::bigint',
    [id],
  );
  // As the sweep does when the worker died without a word.
  const stopped = role.stop(0);
  await releaseRun(
    store.db,
    await queueClient(store.db),
    { id, jobId: job?.jobId ?? "", attempt: 1 },
    "Lost.",
  );
  await stopped;
  expect(await cancelRun(store.db, id)).toEqual({ state: "queued" });
  expect(await runUntil(store.db, id)).toMatchObject({ state: "cancelled", summary: "Cancelled." });
  expect(await stepsOf(store.db, id)).toMatchObject([{ state: "pending", attempt: 1 }, { state: "pending" }]);
});
