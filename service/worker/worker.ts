import { randomUUID } from "node:crypto";
import type { RoleContext, RunningRole } from "../roles.ts";
import { QUEUE_CHANNEL, queueClient } from "../store/queue.ts";
import { toBeCancelled } from "../store/runs.ts";
import { forgetWorkers } from "../store/workers.ts";
import { Crew } from "./crew.ts";
import { joinWorkers } from "./membership.ts";
import { sweepUntil } from "./sweep.ts";
import type { Workflow } from "./workflow.ts";

/** Of the time to stop, what is left for handing back after running steps were stopped. */
const HAND_BACK_MS = 1500;

/** A worker of any workflow; start.ts starts the real one. */
export async function runWorker<Outputs>(
  context: Pick<RoleContext, "config" | "clock" | "log" | "metrics" | "store" | "events">,
  workflow: Workflow<Outputs>,
): Promise<RunningRole> {
  const { config, clock, log, metrics, store, events } = context;
  const workerId = randomUUID();
  const boss = await queueClient(store);
  const membership = await joinWorkers({ store, clock, log, id: workerId });
  const { concurrency } = config;
  const crew = new Crew({ store, boss, clock, log, metrics, workflow, workerId, concurrency });

  const unsubscribe = events.subscribe((event) => {
    if (event.type === "cancel") crew.cancel(event.run);
    // Notices were missed: the store says which of our runs are to be cancelled.
    else if (event.type === "resume")
      readCancels().catch((error) => log.warn({ err: error }, "cancels not read"));
  });
  const readCancels = async () => {
    const active = crew.active().map(({ run }) => run.id);
    if (active.length === 0) return;
    for (const id of await toBeCancelled(store, active)) crew.cancel(id);
  };
  const wake = () => crew.wake();
  const unlisten = await store.listen(QUEUE_CHANNEL, wake, wake);
  const sweeping = new AbortController();
  const swept = sweepUntil(sweeping.signal, { store, boss, clock, log, workerId, crew, membership, events });
  let stopping = false;

  return {
    name: "worker",
    unready: () => (stopping ? ["stopping"] : membership.alive() ? [] : ["not registered in the store"]),
    stop: async (deadlineMs) => {
      stopping = true;
      const halt = new AbortController();
      const left = new AbortController();
      const haltMs = Math.max(0, deadlineMs - HAND_BACK_MS);
      clock.sleep(haltMs, left.signal).then(() => left.signal.aborted || halt.abort());
      await Promise.race([crew.leave(halt.signal), clock.sleep(deadlineMs, left.signal)]);
      left.abort();
      sweeping.abort();
      unsubscribe();
      await Promise.allSettled([unlisten(), swept, forgetWorkers(store, workerId)]);
      // Last: whatever could not be handed back is the others' once the lock is free.
      await membership.leave();
    },
  };
}
