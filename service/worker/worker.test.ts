import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { releaseRun } from "../store/journal.ts";
import { queueClient } from "../store/queue.ts";
import { cancelRun, rerun } from "../store/runs.ts";
import type { TestDatabase } from "../testing/postgres.ts";
import { eventsOf, queueRun, runUntil, stepsOf, storeWith, workerContext } from "./testing.ts";
import { runWorker } from "./worker.ts";
import type { Step, StepContext, Workflow } from "./workflow.ts";

type Outputs = { one: { n: number }; two: string };
type Change = { one?: Partial<Step<Outputs, "one">>; two?: Partial<Step<Outputs, "two">> };

const workflow = (change: Change = {}): Workflow<Outputs> => {
  const common = { timeoutMs: 2000, retries: 0, backoffMs: 10 };
  return {
    name: "test",
    steps: [
      { name: "one", ...common, run: async () => ({ output: { n: 1 } }), ...change.one },
      {
        name: "two",
        ...common,
        run: async (context) => ({ output: `after ${context.output("one").n}` }),
        ...change.two,
      },
    ],
  };
};

/** A step that goes on until its signal aborts. */
const endless = (context: StepContext<Outputs>): Promise<never> =>
  new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));

let store: TestDatabase;
const workers: { stop(ms: number): Promise<void>; close(): Promise<void> }[] = [];
beforeAll(async () => {
  store = await storeWith("shop", "blog");
}, 30_000);
afterEach(async () => {
  for (const { stop, close } of workers.splice(0)) {
    await stop(3000);
    await close();
  }
});
afterAll(() => store.drop());

async function worker(flow: Workflow<Outputs>, concurrency = 10) {
  const { context, close } = await workerContext(store.url, { concurrency });
  const role = await runWorker(context, flow);
  workers.push({ stop: role.stop, close });
  return { role, context };
}

test("a run goes through its steps, each once, and leaves no job", async () => {
  await worker(workflow());
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 1, error: null });
  expect(await stepsOf(store.db, id)).toEqual([
    { name: "one", state: "succeeded", attempt: 1, output: { n: 1 }, error: null },
    { name: "two", state: "succeeded", attempt: 1, output: "after 1", error: null },
  ]);
  expect(await eventsOf(store.db, id)).toEqual([
    "run queued: Queued.",
    "run running: Started.",
    "one running: Started.",
    "one succeeded: Done.",
    "two running: Started.",
    "two succeeded: Done.",
    "run succeeded: Succeeded.",
  ]);
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
});

test("a step is tried again with backoff, then the run fails with its reason", async () => {
  const tries: number[] = [];
  const run = async () => {
    tries.push(performance.now());
    throw new AppError("unavailable", "The mill stands still.", { mend: "Wait for wind." });
  };
  await worker(workflow({ one: { run, retries: 2, backoffMs: 60 } }));
  const id = await queueRun(store.db, "shop");
  const row = await runUntil(store.db, id);
  expect(row).toMatchObject({ state: "failed", error: "one: The mill stands still. Wait for wind." });
  const [first = 0, second = 0, third = 0] = tries;
  expect(tries).toHaveLength(3);
  expect(second - first).toBeGreaterThanOrEqual(55);
  expect(third - second).toBeGreaterThanOrEqual(115);
  expect(await stepsOf(store.db, id)).toMatchObject([
    { name: "one", state: "failed", attempt: 3, error: "The mill stands still. Wait for wind." },
    { name: "two", state: "pending", attempt: 0 },
  ]);
  expect(await eventsOf(store.db, id)).toContain(
    "one warn: The mill stands still. Wait for wind. Trying again in 60 ms.",
  );
});

test("a step may fail at first", async () => {
  let tries = 0;
  const run = async () => {
    tries += 1;
    if (tries === 1) throw new Error("not yet");
    return { output: { n: 7 } };
  };
  await worker(workflow({ one: { run, retries: 1 } }));
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded" });
  expect(await stepsOf(store.db, id)).toMatchObject([
    { attempt: 2, output: { n: 7 } },
    { output: "after 7" },
  ]);
});

test("a step that ignores its signal is left behind when its time is over", async () => {
  const run = () => new Promise<never>(() => {});
  await worker(workflow({ one: { run, timeoutMs: 50 } }));
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({
    state: "failed",
    error: "one: Not done within 50 ms.",
  });
});

test("an optional step that fails is told and does not fail the run", async () => {
  const run = async () => {
    throw new Error("no answer");
  };
  const two = async ({ failure }: StepContext<Outputs>) => ({ output: `one: ${failure("one")}` });
  await worker(workflow({ one: { run, optional: true }, two: { run: two } }));
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", error: null });
  expect(await stepsOf(store.db, id)).toMatchObject([{ state: "failed" }, { output: "one: no answer" }]);
});

test("an output beyond the limit fails the step, once", async () => {
  const run = async () => ({ output: "x".repeat(1024 * 1024) as never });
  await worker(workflow({ one: { run, retries: 3 } }));
  const id = await queueRun(store.db, "shop");
  const { state, error } = await runUntil(store.db, id);
  expect({ state, error }).toEqual({
    state: "failed",
    error: "one: Its output takes 1048578 bytes; 1048576 are allowed.",
  });
});

test("log lines are read while the step runs, in order, and without NUL", async () => {
  const go = Promise.withResolvers<void>();
  const run = async ({ log }: StepContext<Outputs>) => {
    for (let line = 0; line < 300; line += 1) log("info", `line ${line}\0`);
    await go.promise;
    return { output: { n: 1 } };
  };
  await worker(workflow({ one: { run } }));
  const id = await queueRun(store.db, "shop");
  const begin = performance.now();
  let lines: string[] = [];
  while (lines.length < 300 && performance.now() - begin < 2000) {
    await Bun.sleep(5);
    lines = (await eventsOf(store.db, id)).filter((line) => line.startsWith("one info"));
  }
  expect(performance.now() - begin).toBeLessThan(500);
  expect(lines).toEqual(Array.from({ length: 300 }, (_, line) => `one info: line ${line}\uFFFD`));
  go.resolve();
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded" });
});

test("text that PostgreSQL cannot store does not keep a run from its end", async () => {
  const odd = "cut \ud83d, nul \0\0, back\\\\u0000 slash, 🐘 whole";
  const run = async ({ log }: StepContext<Outputs>) => {
    log("info", odd);
    return { output: odd };
  };
  await worker(workflow({ two: { run } }));
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 1 });
  const kept = "cut \uFFFD, nul \uFFFD\uFFFD, back\\\\u0000 slash, 🐘 whole";
  expect((await stepsOf(store.db, id))[1]?.output).toBe(kept);
  expect(await eventsOf(store.db, id)).toContain(`two info: ${kept}`);
});

test("one run of a database at a time, in order, while another database goes on", async () => {
  const order: string[] = [];
  const underWay = new Map<string, number>();
  let most = 0;
  const run = async ({ run }: StepContext<Outputs>) => {
    const now = (underWay.get(run.database) ?? 0) + 1;
    underWay.set(run.database, now);
    most = Math.max(most, now);
    order.push(run.id);
    await Bun.sleep(5);
    underWay.set(run.database, now - 1);
    return { output: { n: 1 } };
  };
  // Two workers race for the same jobs.
  await worker(workflow({ one: { run } }));
  await worker(workflow({ one: { run } }));
  const ids = await Promise.all(["shop", "blog"].map(queueMany));
  for (const id of ids.flat()) expect((await runUntil(store.db, id)).state).toBe("succeeded");
  expect(most).toBe(1);
  expect(order).toHaveLength(48);
  const queued = await store.db.query<{ id: string; name: string }>(
    `select run.id, name from schemawatch.run join schemawatch.database on database.id = run.database_id
     where run.id = any($1::bigint[]) order by queued_at`,
    [ids.flat()],
  );
  for (const name of ["shop", "blog"]) {
    const expected = queued.filter((row) => row.name === name).map(({ id }) => id);
    expect(order.filter((id) => expected.includes(id))).toEqual(expected);
  }
});

async function queueMany(database: string): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 24; n += 1) ids.push(await queueRun(store.db, database));
  return ids;
}

test("cancelling a run stops its step at once", async () => {
  await worker(workflow({ two: { run: endless, timeoutMs: 60_000 } }));
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  await Bun.sleep(50);
  const begin = performance.now();
  expect(await cancelRun(store.db, id)).toEqual({ state: "running" });
  expect(await cancelRun(store.db, id)).toMatchObject({ state: expect.any(String) });
  expect(await runUntil(store.db, id)).toMatchObject({ state: "cancelled", summary: "Cancelled." });
  expect(performance.now() - begin).toBeLessThan(150);
  expect(await stepsOf(store.db, id)).toMatchObject([{ state: "succeeded" }, { state: "cancelled" }]);
  expect((await eventsOf(store.db, id)).slice(-3)).toEqual([
    "run running: Cancellation asked for.",
    "two cancelled: Cancelled.",
    "run cancelled: Cancelled.",
  ]);
});

test("a lost notice of a cancellation is made up for by the next writing", async () => {
  const go = Promise.withResolvers<void>();
  const run = async ({ log, signal }: StepContext<Outputs>) => {
    await go.promise;
    log("info", "still here");
    return endless({ signal } as StepContext<Outputs>);
  };
  await worker(workflow({ one: { run, timeoutMs: 60_000 } }));
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
  await worker(workflow());
  expect(await runUntil(store.db, second)).toMatchObject({ state: "succeeded" });
  expect(await runUntil(store.db, first)).toMatchObject({ state: "cancelled", attempt: 0 });
});

test("a job whose run cannot be taken goes away", async () => {
  const id = await queueRun(store.db, "shop");
  await store.db.query("update schemawatch.run set state = 'cancelled' where id = $1::bigint", [id]);
  await worker(workflow());
  const next = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, next)).toMatchObject({ state: "succeeded" });
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
});

test("an ended run is run again as a new one", async () => {
  await worker(workflow());
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
  const workflowOf = (n: number, held: Promise<unknown>) =>
    workflow({
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
  const first = await worker(workflowOf(1, go.promise), 1);
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  await worker(workflowOf(2, Promise.resolve()));
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
  await first.role.stop(3000);
});

test("a run begun too often is given up", async () => {
  const id = await queueRun(store.db, "shop");
  await store.db.query("update pgboss.job set retry_count = 20, started_on = now()", []);
  await worker(workflow());
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
  await worker(workflow());
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
  const { role } = await worker(workflow({ one: { run: one } }));
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  const stopped = role.stop(5000);
  expect(role.unready()).toEqual(["stopping"]);
  go.resolve();
  await stopped;
  expect(await runUntil(store.db, id, ["queued"])).toMatchObject({ attempt: 1 });
  await worker(workflow({ one: { run: one } }));
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(ones).toBe(1);
  expect(await stepsOf(store.db, id)).toMatchObject([{ attempt: 1 }, { output: "after 3" }]);
});

test("a worker that stops does not wait for a step beyond its deadline", async () => {
  const { role } = await worker(workflow({ one: { run: endless, timeoutMs: 60_000 } }));
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  const begin = performance.now();
  await role.stop(1700);
  expect(performance.now() - begin).toBeLessThan(1700);
  expect(await runUntil(store.db, id, ["queued"])).toMatchObject({ attempt: 1 });
  await worker(workflow());
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 2 });
});
