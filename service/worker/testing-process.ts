/**
 * A worker to be killed: `bun testing-process.ts <store url> pause|linger|run`. With "pause", a run of the database
 * "at draw end" says on standard output that it has reached the end of the step draw, and waits there for ever; with
 * "linger" it waits a while at each position.
 */

import { workerContext } from "./testing.ts";
import { crashWorkflow } from "./testing-crash.ts";
import { runWorker } from "./worker.ts";

const [url = "", mode = "run"] = process.argv.slice(2);
const { context } = await workerContext(url);
const workflow = crashWorkflow(context.store, async (run, position) => {
  if (mode === "run") return Bun.sleep(Math.random() * 6);
  if (mode === "linger") return Bun.sleep(300);
  if (run.database !== `at ${position}`) return;
  process.stdout.write(`${run.database}\n`);
  await new Promise(() => {});
});
await runWorker(context, workflow);
process.stdout.write("ready\n");
