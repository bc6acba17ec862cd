/** A worker to be killed, or with certificates of its own: `bun testing-dagster-process.ts <store url> <watched as JSON>`. */

import { startWorker } from "./start.ts";
import { workerContext } from "./testing.ts";

const [url = "", watched = "[]"] = process.argv.slice(2);
const { context } = await workerContext(url, { watched: JSON.parse(watched) });
await startWorker(context);
process.stdout.write("ready\n");
