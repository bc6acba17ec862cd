/** The wish to stop: SIGTERM (Kubernetes, service managers) or SIGINT (Ctrl-C). */
export interface StopSignal {
  /** Resolves at the first signal. */
  readonly wait: Promise<void>;
  /** Aborts at the first signal: for what is still starting. */
  readonly aborted: AbortSignal;
  /** The signal's name once it came, else null. */
  name(): string | null;
}

/**
 * Ctrl-C reaches a process from the terminal and once more from each wrapper that passes it on (make, bun run): signals
 * this close to the first one, in milliseconds, are the same wish.
 */
const SAME_WISH_MS = 500;

/** Listens for the signals. A later second one ends the process at once with status 130: the person means it. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  let name: string | null = null;
  let first = 0;
  const wait = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (name !== null) {
          if (performance.now() - first < SAME_WISH_MS) return;
          process.exit(130);
        }
        name = signal;
        first = performance.now();
        controller.abort();
        resolve();
      });
    }
  });
  return { wait, aborted: controller.signal, name: () => name };
}

/** Runs `work`; true when it ended within `ms` milliseconds, false when it is still running. Rejects as `work` does. */
export async function within(ms: number, work: () => Promise<unknown>): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work().then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
