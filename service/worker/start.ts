import { connectKubernetes } from "../kubernetes/connect.ts";
import type { RoleContext, RunningRole } from "../roles.ts";
import { installationId } from "../store/installation.ts";
import { watchedConnections } from "./watched.ts";
import { runWorker } from "./worker.ts";
import { processSchemaChange } from "./workflows/process-schema-change.ts";

/** Starts the worker: takes queued runs, `config.concurrency` at once, one a database at a time over all workers. */
export async function startWorker(context: RoleContext): Promise<RunningRole> {
  const { sessionsPerServer, concurrency } = context.config;
  // Two for each run at once, so that none gives way while its run is at it.
  const watched = watchedConnections(context.watchList, Math.max(sessionsPerServer, 2 * concurrency));
  const installation = await installationId(context.store);
  const kubernetes = () => connectKubernetes(process.env, context.clock);
  const workflow = processSchemaChange(context, watched, installation, kubernetes);
  const worker = await runWorker(context, workflow);
  return {
    ...worker,
    stop: async (deadlineMs) => {
      await worker.stop(deadlineMs);
      await watched.close();
    },
  };
}
