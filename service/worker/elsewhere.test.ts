import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { cancelRun } from "../store/runs.ts";
import { storeWith } from "../store/testing.ts";
import type { TestDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { eventsOf, queueRun, runUntil, stepsOf } from "./testing.ts";
import { endless, workersOn } from "./testing-workflow.ts";

let store: TestDatabase;
beforeAll(async () => {
  store = await storeWith("a", "b", "c");
}, 30_000);
const workers = workersOn(() => store.url);
afterEach(() => workers.stopAll());
afterAll(() => store.drop());

test("a step that only some databases have is planned for these alone, also when another worker goes on", async () => {
  let databases: readonly string[] = ["a"];
  await workers.start({ one: { only: () => databases }, two: { run: async () => ({ output: "done" }) } });
  const [a, b] = [await queueRun(store.db, "a"), await queueRun(store.db, "b")];
  for (const run of [a, b]) expect((await runUntil(store.db, run)).state).toBe("succeeded");
  expect((await stepsOf(store.db, a)).map(({ name }) => name)).toEqual(["one", "two"]);
  expect((await stepsOf(store.db, b)).map(({ name }) => name)).toEqual(["two"]);

  await workers.stopAll();
  const left = await workers.start({ one: { only: () => databases }, two: { run: endless } });
  const run = await queueRun(store.db, "b");
  await until("the step to run", 3000, async () =>
    (await stepsOf(store.db, run)).some(({ state }) => state === "running"),
  );
  await left.stop(1600);
  databases = ["a", "b"];
  await workers.start({ one: { only: () => databases }, two: { run: async () => ({ output: "done" }) } });
  expect((await runUntil(store.db, run)).state).toBe("succeeded");
  expect((await stepsOf(store.db, run)).map(({ name }) => name)).toEqual(["two"]);
}, 20_000);

test("runs that wait for work done elsewhere take no place of the worker", async () => {
  const done = Promise.withResolvers<void>();
  await workers.start(
    {
      two: {
        elsewhere: true,
        run: async ({ run }) => {
          if (run.database !== "c") await done.promise;
          return { output: "done" };
        },
      },
    },
    1,
  );
  const waiting = [await queueRun(store.db, "a"), await queueRun(store.db, "b")];
  for (const run of waiting) {
    await until("both to wait", 3000, async () => (await stepsOf(store.db, run))[1]?.state === "running");
  }
  expect((await runUntil(store.db, await queueRun(store.db, "c"))).state).toBe("succeeded");
  done.resolve();
  for (const run of waiting) expect((await runUntil(store.db, run)).state).toBe("succeeded");
}, 20_000);

test("a worker that stops does not wait for work that is done elsewhere", async () => {
  const two = { elsewhere: true, run: endless };
  const worker = await workers.start({ two });
  const run = await queueRun(store.db, "a");
  await until("it to wait", 3000, async () => (await stepsOf(store.db, run))[1]?.state === "running");
  const begun = performance.now();
  await worker.stop(10_000);
  expect(performance.now() - begun).toBeLessThan(2000);
  await workers.start({ two: { run: async () => ({ output: "done" }) } });
  expect((await runUntil(store.db, run)).state).toBe("succeeded");
}, 20_000);

test("what a step kept is there for another worker's try, and left with the step when it fails", async () => {
  const first = await workers.start({
    two: {
      optional: true,
      run: async (context) => {
        context.log("info", "before");
        context.keep({ at: 1 });
        return endless(context);
      },
    },
  });
  const run = await queueRun(store.db, "a");
  await until("it to be kept", 3000, async () => (await stepsOf(store.db, run))[1]?.output);
  await first.stop(1600);
  await workers.start({
    two: {
      optional: true,
      run: async (context) => {
        context.log("info", `found ${JSON.stringify(context.kept())}`);
        context.keep({ at: 2 });
        throw new Error("no");
      },
    },
  });
  expect((await runUntil(store.db, run)).state).toBe("succeeded");
  expect((await stepsOf(store.db, run))[1]).toMatchObject({
    state: "failed",
    output: { at: 2 },
    error: "no",
  });
  const said = (await eventsOf(store.db, run)).filter((line) => /: (before|found)/.test(line));
  expect(said).toEqual(["two info: before", 'two info: found {"at":1}']);
}, 20_000);

test("a cancelled step ends what it began outside, also for a worker that is gone", async () => {
  const ended: unknown[] = [];
  const two = {
    run: async (context: Parameters<typeof endless>[0] & { keep(value: object): void }) => {
      context.keep({ job: "x" });
      return endless(context);
    },
    cancel: async ({ kept, log }: { kept(): unknown; log(level: "info", message: string): void }) => {
      ended.push(kept());
      log("info", "Ended there.");
    },
  };
  const first = await workers.start({ two });
  const run = await queueRun(store.db, "a");
  const begun = () => until("it to begin", 3000, async () => (await stepsOf(store.db, run))[1]?.output);
  await begun();
  await cancelRun(store.db, run);
  expect((await runUntil(store.db, run)).state).toBe("cancelled");
  expect(ended).toEqual([{ job: "x" }]);
  expect((await eventsOf(store.db, run)).slice(-3)).toEqual([
    "two info: Ended there.",
    "two cancelled: Cancelled.",
    "run cancelled: Cancelled.",
  ]);

  const other = await queueRun(store.db, "b");
  await until("it to begin", 3000, async () => (await stepsOf(store.db, other))[1]?.output);
  await first.stop(1600);
  await store.db.query(
    "update schemawatch.run set cancel_requested_at = now(), last_seq = last_seq + 1 where id = $1::bigint",
    [other],
  );
  await workers.start({ two });
  expect((await runUntil(store.db, other)).state).toBe("cancelled");
  expect(ended).toHaveLength(2);
}, 20_000);
