import { heapStats } from "bun:jsc";
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { storeWith } from "../store/testing.ts";
import type { TestDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { eventsOf, queueRun, runUntil, stepsOf } from "./testing.ts";
import { type TwoSteps, workersOn } from "./testing-workflow.ts";
import type { StepContext } from "./workflow.ts";

let store: TestDatabase;
const workers = workersOn(() => store.url);
beforeAll(async () => {
  store = await storeWith("shop", "blog");
}, 30_000);
afterEach(() => workers.stopAll());
afterAll(() => store.drop());

test("a run goes through its steps, each once, and leaves no job", async () => {
  await workers.start();
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
  await workers.start({ one: { run, retries: 2, backoffMs: 60 } });
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
  await workers.start({ one: { run, retries: 1 } });
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded" });
  expect(await stepsOf(store.db, id)).toMatchObject([
    { attempt: 2, output: { n: 7 } },
    { output: "after 7" },
  ]);
});

test("a run keeps large outputs until it has ended", async () => {
  const large = { n: 1, text: "x".repeat(1000) };
  let meanwhile: unknown;
  const one = async () => ({ output: large });
  const two = async () => {
    meanwhile = await until("the first output", 5000, async () => {
      const [row] = await store.db.query<{ output: unknown }>(
        "select output from schemawatch.step where run_id = $1 and name = 'one' and state = 'succeeded'",
        [id],
      );
      return row?.output;
    });
    return { output: "y".repeat(1000) };
  };
  const id = await queueRun(store.db, "shop");
  await workers.start({ one: { run: one }, two: { run: two } });
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded" });
  expect(meanwhile).toEqual(large);
  expect(await stepsOf(store.db, id)).toMatchObject([{ output: null }, { output: null }]);
});

test("a step that ignores its signal is left behind when its time is over", async () => {
  const run = () => new Promise<never>(() => {});
  await workers.start({ one: { run, timeoutMs: 50 } });
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
  const two = async ({ failure }: StepContext<TwoSteps>) => ({ output: `one: ${failure("one")}` });
  await workers.start({ one: { run, optional: true }, two: { run: two } });
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", error: null });
  expect(await stepsOf(store.db, id)).toMatchObject([{ state: "failed" }, { output: "one: no answer" }]);
});

test("an output beyond the limit fails the step, once", async () => {
  const run = async () => ({ output: "x".repeat(1024 * 1024) as never });
  await workers.start({ one: { run, retries: 3 } });
  const id = await queueRun(store.db, "shop");
  const { state, error } = await runUntil(store.db, id);
  expect({ state, error }).toEqual({
    state: "failed",
    error: "one: Its output takes 1048578 bytes; 1048576 are allowed.",
  });
});

test("log lines are read while the step runs, in order, and without NUL", async () => {
  const go = Promise.withResolvers<void>();
  const run = async ({ log }: StepContext<TwoSteps>) => {
    for (let line = 0; line < 300; line += 1) log("info", `line ${line}\0`);
    await go.promise;
    return { output: { n: 1 } };
  };
  await workers.start({ one: { run } });
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
  const run = async ({ log }: StepContext<TwoSteps>) => {
    log("info", odd);
    return { output: odd };
  };
  await workers.start({ two: { run } });
  const id = await queueRun(store.db, "shop");
  expect(await runUntil(store.db, id)).toMatchObject({ state: "succeeded", attempt: 1 });
  const kept = "cut \uFFFD, nul \uFFFD\uFFFD, back\\\\u0000 slash, 🐘 whole";
  expect((await stepsOf(store.db, id))[1]?.output).toBe(kept);
  expect(await eventsOf(store.db, id)).toContain(`two info: ${kept}`);
});

test("an ended run leaves no signal behind in memory", async () => {
  await workers.start();
  const signals = async () => {
    for (let n = 0; n < 40; n += 1) await runUntil(store.db, await queueRun(store.db, "shop"));
    Bun.gc(true);
    return heapStats().objectTypeCounts.AbortSignal ?? 0;
  };
  const before = await signals();
  expect((await signals()) - before).toBeLessThan(40);
});

test("one run of a database at a time, in order, while another database goes on", async () => {
  const order: string[] = [];
  const underWay = new Map<string, number>();
  let most = 0;
  const run = async ({ run }: StepContext<TwoSteps>) => {
    const now = (underWay.get(run.database) ?? 0) + 1;
    underWay.set(run.database, now);
    most = Math.max(most, now);
    order.push(run.id);
    await Bun.sleep(5);
    underWay.set(run.database, now - 1);
    return { output: { n: 1 } };
  };
  // Two workers race for the same jobs.
  await workers.start({ one: { run } });
  await workers.start({ one: { run } });
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
