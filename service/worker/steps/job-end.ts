import type { Clock } from "../../clock.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { KubernetesFault } from "../../kubernetes/fault.ts";
import { isFor, jobName, type Purpose } from "../../kubernetes/manifest.ts";

/** The API server may still be at work on a request whose sender died. */
const APPEAR_MS = 3000;
const POLL_MS = 500;

export interface EndOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly purpose: Purpose;
  /** Whether it is known to have been made; else it may yet appear. */
  readonly known: boolean;
  readonly signal: AbortSignal;
}

/** Deletes the Job with its pods; resolves to null when nothing of it is left, else to why not. Gives up with its signal. */
export async function endJob({
  client,
  clock,
  namespace,
  purpose,
  known,
  signal,
}: EndOptions): Promise<string | null> {
  const began = clock.monotonic();
  const name = jobName(purpose);
  let seen = known;
  let why = "Kubernetes was not asked in time.";
  while (!signal.aborted) {
    try {
      const found = await client.readJob(namespace, name, signal);
      if (found && !isFor(found, purpose)) return null;
      if (!found && (seen || clock.monotonic() - began >= APPEAR_MS)) return null;
      if (found) {
        seen = true;
        why = "Its pods have not ended yet.";
        if (!found.metadata?.deletionTimestamp) await client.deleteJob(namespace, name, signal);
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof KubernetesFault)) break;
      why = error.message;
      if (error.kind === "wrong") return why;
    }
    await clock.sleep(POLL_MS, signal);
  }
  return why;
}
