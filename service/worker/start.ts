import type { RoleContext, RunningRole } from "../roles.ts";
import { watchedConnections } from "./watched.ts";
import { runWorker } from "./worker.ts";
import { processSchemaChange } from "./workflows/process-schema-change.ts";

/** Starts the worker: takes queued runs, `config.concurrency` at once, one a database at a time over all workers. */
export async function startWorker(context: RoleContext): Promise<RunningRole> {
  const watched = watchedConnections(context.watchList);
  const worker = await runWorker(context, processSchemaChange(context, watched));
  return {
    ...worker,
    stop: async (deadlineMs) => {
      await worker.stop(deadlineMs);
      await watched.close();
    },
  };
}
