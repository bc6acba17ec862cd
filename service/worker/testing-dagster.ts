import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { WatchedDatabase } from "../config/types.ts";
import type { DagsterTarget } from "../dagster/target.ts";
import { storeWith } from "../store/testing.ts";
import { runLog, taggedRuns } from "../testing/dagster/documents.ts";
import { type TestDagster, testDagster } from "../testing/dagster.ts";
import { memoryLog } from "../testing/role.ts";
import { until } from "../testing/until.ts";
import { startWorker } from "./start.ts";
import { eventsOf, workerContext } from "./testing.ts";

const ENTRY = fileURLToPath(new URL("testing-dagster-process.ts", import.meta.url));

/** A watched database that is handed to Dagster, or not; none of these is ever connected to. */
export function handed(name: string, dagster: DagsterTarget | null): WatchedDatabase {
  return {
    name,
    url: "postgres://nobody@127.0.0.1:9/none",
    intervalMs: 1000,
    exactEveryMs: 300_000,
    ignore: [],
    baseline: null,
    labels: {},
    dagster,
    job: null,
    sample: false,
  };
}

/** A store, a Dagster, and workers between them. */
export async function dagsterBench(...databases: string[]) {
  const store = await storeWith(...databases);
  let dagster: TestDagster;
  try {
    dagster = await testDagster();
  } catch (error) {
    await store.drop();
    throw error;
  }
  const stops: (() => Promise<void>)[] = [];
  const tagged = async (run: string) => {
    const { runsOrError } = await dagster.ask(taggedRuns, { tags: [{ key: "schemawatch/run", value: run }] });
    if (runsOrError.__typename !== "Runs") throw new Error(`Dagster answered ${runsOrError.__typename}`);
    return runsOrError.results;
  };
  return {
    store,
    dagster,
    /** Dagster's runs of a run of ours. */
    tagged,
    /** A worker in this process until `stopWorkers`, its own log in `lines`. */
    async work(watched: readonly WatchedDatabase[], concurrency = 10, lines: string[] = []) {
      const log = memoryLog(lines);
      const { context, close } = await workerContext(store.url, { watched, concurrency, log });
      const role = await startWorker(context);
      stops.push(async () => {
        await role.stop(3000);
        await close();
      });
    },
    /** A worker of its own process, which `kill` ends by SIGKILL. */
    async spawnWorker(watched: readonly WatchedDatabase[], env: Record<string, string> = {}) {
      const child = Bun.spawn([process.execPath, ENTRY, store.url, JSON.stringify(watched)], {
        stdout: "pipe",
        stderr: "inherit",
        env: { ...process.env, ...env },
      });
      const kill = async () => {
        child.kill("SIGKILL");
        await child.exited;
      };
      stops.push(kill);
      await child.stdout.getReader().read();
      return { kill, freeze: () => child.kill("SIGSTOP"), thaw: () => child.kill("SIGCONT") };
    },
    async stopWorkers() {
      for (const stop of stops.splice(0)) await stop();
    },
    /** Resolves when a line of our run's log matches. */
    said: (run: string, pattern: RegExp, ms = 30_000) =>
      until(`${pattern}`, ms, async () => {
        await Bun.sleep(40);
        return (await eventsOf(store.db, run)).find((line) => pattern.test(line));
      }),
    /** The pid of the process that carries out Dagster's run. */
    async runWorkerOf(run: string): Promise<number> {
      const [found] = await tagged(run);
      const { logsForRun } = await dagster.ask(runLog, { run: found?.runId ?? "" });
      if (logsForRun.__typename !== "EventConnection") throw new Error("Dagster does not know its run");
      for (const { message } of logsForRun.events) {
        const pid = /Started process for run \(pid: (\d+)\)/.exec(message)?.[1];
        if (pid) return Number(pid);
      }
      throw new Error("Dagster's run has no process");
    },
    async end() {
      await dagster.remove();
      await store.drop();
    },
  };
}

/** Removes a file that a test wrote. */
export const removeFile = (path: string): void => rmSync(path, { force: true });
