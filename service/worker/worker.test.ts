import { afterAll, beforeAll, expect, test } from "bun:test";
import { cancelRun, requestRun, rerun } from "../store/runs.ts";
import type { TestDatabase } from "../testing/postgres.ts";
import { eventsOf, queueRun, runUntil, stepsOf, storeWith, workerContext } from "./testing.ts";
import { runWorker } from "./worker.ts";
import type { Step, Workflow } from "./workflow.ts";

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

let store: TestDatabase;
beforeAll(async () => {
  store = await storeWith("shop", "blog");
});
afterAll(() => store.drop());

/** Runs `work` while a worker of this workflow runs. */
async function withWorker<T>(flow: Workflow<Outputs>, work: () => Promise<T>, concurrency = 10): Promise<T> {
  const { context, close } = await workerContext(store.url, { concurrency });
  const worker = await runWorker(context, flow);
  try {
    return await work();
  } finally {
    await worker.stop(5000);
    await close();
  }
}

test("a run goes through its steps, each once, and leaves no job", async () => {
  await withWorker(workflow(), async () => {
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
});
