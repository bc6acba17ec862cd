import type { Clock } from "../clock.ts";

/**
 * Does `work` with a signal that aborts with `signal`, and after `ms`. `late()` tells whether the time was over. Bun never
 * frees what AbortSignal.any() made while somebody listens to it, so the listener is one of its own and taken away.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, late: () => boolean) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw signal.reason;
  const own = new AbortController();
  const done = new AbortController();
  const stop = () => own.abort(signal.reason);
  let late = false;
  signal.addEventListener("abort", stop, { once: true });
  clock.sleep(ms, done.signal).then(() => {
    if (done.signal.aborted) return;
    late = true;
    own.abort();
  });
  try {
    return await work(own.signal, () => late);
  } finally {
    done.abort();
    signal.removeEventListener("abort", stop);
  }
}
