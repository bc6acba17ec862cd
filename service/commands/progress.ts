import type { CommandIo } from "./io.ts";

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const FRAME_MS = 100;
/** What is done sooner is not worth a flicker. */
const PATIENCE_MS = 300;

/** Shows a person at a terminal what is going on, and for how long, until `work` is done. */
export async function withProgress<T>(what: string, io: CommandIo, work: () => Promise<T>): Promise<T> {
  if (!io.attended) return work();
  const began = performance.now();
  let shown = 0;
  const timer = setInterval(() => {
    const ms = performance.now() - began;
    if (ms < PATIENCE_MS) return;
    io.progress(`${FRAMES[shown++ % FRAMES.length]} ${what} … ${(ms / 1000).toFixed(1)} s`);
  }, FRAME_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (shown > 0) io.progress("");
  }
}
