import type { Clock } from "../clock.ts";
import type { KubernetesClient } from "./client.ts";
import { KubernetesFault } from "./fault.ts";
import { After, Lines, timed } from "./lines.ts";
import { CONTAINER } from "./manifest.ts";
import type { Cursor } from "./standing.ts";
import { isOver } from "./state.ts";

const PAUSE_MS = 500;

interface TailOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly pod: string;
  readonly cursor: Cursor | null;
  readonly signal: AbortSignal;
  /** A line with the place behind it. */
  readonly take: (text: string, cursor: Cursor) => void;
}

/**
 * Follows the log of a pod's container from the cursor to its end, each line once, also over a connection that breaks or an
 * API server that is away. Resolves when the pod is gone or all was taken; rejects when it is refused, or with the reason of
 * `signal`.
 */
export async function tail({
  client,
  clock,
  namespace,
  pod,
  signal,
  take,
  ...from
}: TailOptions): Promise<void> {
  let { cursor } = from;
  for (;;) {
    try {
      const found = await client.readPod(namespace, pod, signal);
      // A log that is read after its container ended has all.
      const over = found === null || isOver(found);
      const after = new After(cursor);
      const lines = new Lines((line) => {
        const { time, text } = timed(line) ?? {};
        const behind = time === undefined ? null : after.next(time);
        if (behind === null) return;
        cursor = behind;
        take(text ?? "", behind);
      });
      const since = cursor === null ? {} : { sinceTime: cursor.time };
      const request = { namespace, pod, container: CONTAINER, follow: true, timestamps: true, ...since };
      await client.readLog(request, signal, (part) => lines.push(part));
      lines.end();
      if (over) return;
    } catch (error) {
      if (signal.aborted || !(error instanceof KubernetesFault) || error.kind === "wrong") throw error;
      // Whoever follows the Job's state says that the API server is away.
    }
    await clock.sleep(PAUSE_MS, signal);
    if (signal.aborted) throw signal.reason;
  }
}
