/** A request that failed. */
export interface Failure {
  /** When it was sent, in milliseconds from the probe's start. */
  readonly atMs: number;
  /** The status, or what went wrong. */
  readonly what: string;
}

/** What a probe counted. */
export interface ProbeResult {
  readonly requests: number;
  readonly failures: readonly Failure[];
  /** The longest answer in milliseconds. */
  readonly slowestMs: number;
}

/** A request that is not answered by then has failed, as for a user who gives up. */
const PATIENCE_MS = 10_000;

/**
 * Asks a URL `perSecond` times a second, each time by a connection of its own as new visitors do, until `stop`. Sends on
 * time whether or not earlier ones were answered. Anything but a 2xx answer read to its end is a failure.
 */
export function probe(url: string, perSecond: number): { stop(): Promise<ProbeResult> } {
  const failures: Failure[] = [];
  const waiting = new Set<Promise<void>>();
  const start = performance.now();
  let requests = 0;
  let slowestMs = 0;
  const one = async () => {
    const at = performance.now();
    try {
      const answer = await fetch(url, { keepalive: false, signal: AbortSignal.timeout(PATIENCE_MS) });
      await answer.arrayBuffer();
      if (!answer.ok) failures.push({ atMs: at - start, what: String(answer.status) });
    } catch (error) {
      failures.push({ atMs: at - start, what: (error as Error).message });
    }
    slowestMs = Math.max(slowestMs, performance.now() - at);
  };
  const timer = setInterval(() => {
    // What a late timer missed is sent now: the rate holds over the whole time.
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    while (requests < due) {
      requests += 1;
      const asked = one().finally(() => waiting.delete(asked));
      waiting.add(asked);
    }
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(waiting);
      return { requests, failures, slowestMs };
    },
  };
}
