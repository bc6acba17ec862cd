import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import type { RunningRole } from "../roles.ts";
import { storeWith } from "../store/testing.ts";
import type { TestDatabase } from "../testing/postgres.ts";
import { queueRun, runUntil, workerContext } from "./testing.ts";
import { crashWorkflow } from "./testing-crash.ts";
import { runWorker } from "./worker.ts";

const ENTRY = fileURLToPath(new URL("testing-process.ts", import.meta.url));
const POSITIONS = ["draw begin", "draw end", "tell begin", "tell end", "confirm begin", "confirm end"];
const PAUSED = POSITIONS.map((position) => `at ${position}`);

interface Victim {
  /** Resolves when it has said all of these words, a line each. */
  until(words: readonly string[]): Promise<void>;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  kill(): Promise<void>;
}

let store: TestDatabase;
const children: Awaited<ReturnType<typeof spawnWorker>>[] = [];
let survivor: { readonly role: RunningRole; readonly close: () => Promise<void> } | undefined;

beforeAll(async () => {
  store = await storeWith("a", "b", "c", "d", "e", ...PAUSED);
  await store.db.query(
    "create table witness (run bigint, drawn integer, at timestamptz default clock_timestamp())",
    [],
  );
}, 30_000);
beforeEach(() => store.db.query("truncate witness", []));
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await survivor?.role.stop(3000);
  await survivor?.close();
  survivor = undefined;
});
afterAll(() => store.drop());

async function spawnWorker(mode: "pause" | "run" | "linger"): Promise<Victim> {
  const child = Bun.spawn([process.execPath, ENTRY, store.url, mode], { stdout: "pipe", stderr: "inherit" });
  let said = "";
  (async () => {
    for await (const chunk of child.stdout) said += new TextDecoder().decode(chunk);
  })();
  const until = async (words: readonly string[]) => {
    const end = performance.now() + 8000;
    while (!words.every((word) => said.includes(`${word}\n`))) {
      if (performance.now() > end) throw new Error(`The worker said only ${JSON.stringify(said)}`);
      await Bun.sleep(2);
    }
  };
  await until(["ready"]);
  const made: Victim = {
    until,
    signal: (signal: "SIGSTOP" | "SIGCONT") => child.kill(signal),
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
  children.push(made);
  return made;
}

/** The worker that lives on, in this process; settled enough to judge the others. */
async function startSurvivor() {
  const { context, close } = await workerContext(store.url);
  const workflow = crashWorkflow(context.store, () => Bun.sleep(Math.random() * 6));
  survivor = { role: await runWorker(context, workflow), close };
  await Bun.sleep(1100);
}

/** Nothing lost, nothing twice. */
async function expectWhole(run: string) {
  const events = await store.db.query<{ seq: number; type: string; step: string; state: string }>(
    "select seq, type, step, state from schemawatch.run_event where run_id = $1::bigint order by seq",
    [run],
  );
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const succeeded = events.filter(({ state }) => state === "succeeded").map(({ type, step }) => step ?? type);
  expect(succeeded).toEqual(["draw", "tell", "confirm", "run"]);
  const [row] = await store.db.query<{ outputs: number[]; told: number[] }>(
    `select array(select output::text::integer from schemawatch.step where run_id = $1::bigint order by position) as outputs,
            array(select distinct drawn from witness where run = $1::bigint) as told`,
    [run],
  );
  const [drawn] = row?.outputs ?? [];
  expect(row?.outputs).toEqual([drawn, drawn, drawn] as number[]);
  expect(row?.told).toEqual([drawn] as number[]);
}

test("killed at each step boundary, a run goes on elsewhere within 3 s and is whole", async () => {
  const victim = await spawnWorker("pause");
  const runs = await Promise.all(PAUSED.map((database) => queueRun(store.db, database)));
  await victim.until(PAUSED);
  await startSurvivor();
  const told = await store.db.query("select from witness", []);
  expect(told).toHaveLength(4); // by the run at tell end, the one at confirm begin, and twice by the one at confirm end
  await victim.kill();
  const begin = performance.now();
  for (const run of runs)
    expect(await runUntil(store.db, run)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(performance.now() - begin).toBeLessThan(3000);
  for (const run of runs) await expectWhole(run);
}, 20_000);

test("workers killed at any instant under load lose nothing and make nothing twice", async () => {
  await startSurvivor();
  const runs: string[] = [];
  let loading = true;
  const load = (async () => {
    while (loading) {
      for (const database of ["a", "b", "c", "d", "e"]) runs.push(await queueRun(store.db, database));
      await Bun.sleep(60);
    }
  })();
  for (let kills = 0; kills < 8; kills += 1) {
    const victim = await spawnWorker("run");
    await Bun.sleep(100 + Math.random() * 150);
    await victim.kill();
  }
  loading = false;
  await load;
  for (const run of runs) expect((await runUntil(store.db, run, undefined, 15_000)).state).toBe("succeeded");
  for (const run of runs) await expectWhole(run);
  const attempts = await store.db.query<{ most: number }>(
    "select max(attempt) as most from schemawatch.run",
    [],
  );
  expect(attempts[0]?.most).toBeGreaterThan(1); // at least one kill met a run
  expect(await store.db.query("select from pgboss.job", [])).toHaveLength(0);
}, 60_000);

test("connections to the store cut at any instant under load lose nothing and make nothing twice", async () => {
  await startSurvivor();
  await spawnWorker("run");
  const runs: string[] = [];
  for (let cuts = 0; cuts < 10; cuts += 1) {
    for (const database of ["a", "b", "c", "d", "e"]) runs.push(await queueRun(store.db, database));
    await Bun.sleep(Math.random() * 40);
    await store.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
      [],
    );
  }
  for (const run of runs) expect((await runUntil(store.db, run, undefined, 15_000)).state).toBe("succeeded");
  for (const run of runs) await expectWhole(run);
  expect(survivor?.role.unready()).toEqual([]);
}, 60_000);

test("a worker that hangs loses its runs by pg-boss's heartbeat, and cannot write when it wakes", async () => {
  const zombie = await spawnWorker("linger");
  const runs = await Promise.all(["a", "b", "c", "d", "e"].map((database) => queueRun(store.db, database)));
  for (const run of runs) await runUntil(store.db, run, ["running"]);
  // Some way into its second step.
  await Bun.sleep(700);
  zombie.signal("SIGSTOP");
  await startSurvivor();
  const rows = await Promise.all(runs.map((run) => runUntil(store.db, run, undefined, 15_000)));
  for (const row of rows) expect(row).toMatchObject({ state: "succeeded", attempt: 2 });
  zombie.signal("SIGCONT");
  await Bun.sleep(1500);
  for (const run of runs) await expectWhole(run);
}, 30_000);
