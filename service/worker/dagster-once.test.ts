import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { cancelRun } from "../store/runs.ts";
import { storeWith } from "../store/testing.ts";
import { proxyTo } from "../testing/dagster/proxy.ts";
import { until } from "../testing/until.ts";
import { startWorker } from "./start.ts";
import { eventsOf, queueChange, runUntil, workerContext } from "./testing.ts";
import { dagsterBench, handed } from "./testing-dagster.ts";

/* Against a real Dagster, as dagster.test.ts: workers that are frozen while another takes over, and who else is there. */

let bench: Awaited<ReturnType<typeof dagsterBench>>;
beforeAll(async () => {
  bench = await dagsterBench("a");
}, 180_000);
afterEach(() => bench.stopWorkers());
afterAll(() => bench?.end(), 30_000);

const RUN_MS = 90_000;
/** Until a worker that took over has looked once more for what another may have launched. */
const NEXT_LOOK_MS = 6000;

test("a worker frozen between its look and its launch launches nothing once another has taken over", async () => {
  const { store, dagster } = bench;
  let worker: Awaited<ReturnType<typeof bench.spawnWorker>> | undefined;
  let launches = 0;
  let looks = 0;
  const proxy = proxyTo(dagster.url, {
    before: (body) => {
      if (body.includes("mutation LaunchRun")) launches += 1;
      return undefined;
    },
    after: (body) => {
      if (!body.includes("query FindRuns")) return undefined;
      looks += 1;
      if (looks === 1) worker?.freeze();
      return undefined;
    },
  });
  worker = await bench.spawnWorker([handed("a", dagster.target("ticking", { url: proxy.url }))]);
  const run = await queueChange(store.db, "a");
  await until("the worker to look", RUN_MS, () => looks > 0);
  await bench.work([handed("a", dagster.target("ticking"))]);
  await bench.said(run, /Launched the job/, RUN_MS);
  worker.thaw();
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
  expect(await bench.tagged(run)).toHaveLength(1);
  expect(launches).toBe(0);
  await proxy.stop();
}, 150_000);

test.each(["goes on", "is killed"] as const)(
  "a worker frozen with its launch under way, which then %s: the second run is ended, the first one counts",
  async (then) => {
    const { store, dagster } = bench;
    let worker: Awaited<ReturnType<typeof bench.spawnWorker>> | undefined;
    const held = Promise.withResolvers<void>();
    const frozen = Promise.withResolvers<void>();
    const proxy = proxyTo(dagster.url, {
      before: async (body) => {
        if (!body.includes("mutation LaunchRun")) return undefined;
        worker?.freeze();
        frozen.resolve();
        await held.promise;
        return undefined;
      },
    });
    worker = await bench.spawnWorker([handed("a", dagster.target("quiet", { url: proxy.url }))]);
    const run = await queueChange(store.db, "a");
    await frozen.promise;
    await bench.work([handed("a", dagster.target("quiet"))]);
    await bench.said(run, /Launched the job/, RUN_MS);
    const [first] = await bench.tagged(run);
    held.resolve();
    if (then === "goes on") worker.thaw();
    else await worker.kill();
    const second = await until("the second run to be ended", 30_000, async () => {
      const others = (await bench.tagged(run)).filter(({ runId }) => runId !== first?.runId);
      return others.find(({ status }) => status === "CANCELED");
    });
    expect(second?.runId).not.toBe(first?.runId);
    await bench.said(run, /sleep: sleeping/);
    // A run that is ended while its process starts begins all the same, and is ended once more at the next look for it.
    await Bun.sleep(NEXT_LOOK_MS);
    const states = await until("the first run to be the only one", 30_000, async () => {
      const found = new Map((await bench.tagged(run)).map(({ runId, status }) => [runId, status]));
      return [...found.values()].sort().join() === "CANCELED,STARTED" && found;
    });
    expect(states.get(first?.runId ?? "")).toBe("STARTED");
    await cancelRun(store.db, run);
    expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("cancelled");
    await proxy.stop();
  },
  150_000,
);

test("two installations on one Dagster, with the same run and database, do not take each other's runs", async () => {
  const { dagster } = bench;
  const stores = [await storeWith("a"), await storeWith("a")] as const;
  const contexts = await Promise.all(
    stores.map(({ url }) => workerContext(url, { watched: [handed("a", dagster.target("quiet"))] })),
  );
  const roles = await Promise.all(contexts.map(({ context }) => startWorker(context)));
  const [one, other] = stores;
  const run = await queueChange(one.db, "a");
  expect(await queueChange(other.db, "a")).toBe(run);
  const runs = await Promise.all(
    stores.map(({ db }) =>
      until("the launch", RUN_MS, async () => {
        const said = (await eventsOf(db, run)).join("\n");
        const id = /Launched the job quiet in Dagster: .*\/(.+)/.exec(said)?.[1];
        return said.includes("sleep: sleeping") && id;
      }),
    ),
  );
  expect(runs[0]).not.toBe(runs[1]);
  await cancelRun(one.db, run);
  expect((await runUntil(one.db, run, undefined, RUN_MS)).state).toBe("cancelled");
  const states = new Map((await bench.tagged(run)).map(({ runId, status }) => [runId, status]));
  expect(runs.map((id) => states.get(id))).toEqual(["CANCELED", "STARTED"]);
  await cancelRun(other.db, run);
  expect((await runUntil(other.db, run, undefined, RUN_MS)).state).toBe("cancelled");
  for (const role of roles) await role.stop(3000);
  for (const { close } of contexts) await close();
  for (const store of stores) await store.drop();
}, 150_000);
