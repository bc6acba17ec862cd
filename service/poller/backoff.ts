const FIRST_MS = 1000;
const MOST_MS = 60_000;

/**
 * Milliseconds until the next try after `failures` in a row: doubling from 1 s to 60 s, less up to a quarter of it, so
 * that what failed together is not tried together. `random` is in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return whole * (1 - random / 4);
}
