/**
 * Asks every 10 ms until `probe` answers with something (not false, null or undefined), and returns that. Rejects after
 * `withinMs` with what it waited for, and at once as `probe` does.
 */
export async function until<T>(
  what: string,
  withinMs: number,
  probe: () => Answer<T> | Promise<Answer<T>>,
): Promise<T> {
  for (const end = performance.now() + withinMs; ; await Bun.sleep(10)) {
    const answer = await probe();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`);
  }
}

type Answer<T> = T | false | null | undefined;
