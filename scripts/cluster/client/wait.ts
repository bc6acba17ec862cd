import { AppError } from "../../../service/errors.ts";

/** Between two questions: soon enough for measured times, seldom enough for two cores. */
const PAUSE_MS = 250;

/**
 * Asks until `probe` answers with something (not false, null or undefined), and returns that. Throws AppError "timeout"
 * after `withinMs` with what it waited for and what `state` then says.
 */
export async function waitFor<T>(
  what: string,
  withinMs: number,
  probe: () => Promise<T | false | null | undefined>,
  state?: () => Promise<string>,
): Promise<T> {
  for (const end = performance.now() + withinMs; ; await Bun.sleep(PAUSE_MS)) {
    const answer = await probe();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (performance.now() < end) continue;
    const said = state === undefined ? "" : `: ${await state()}`;
    throw new AppError("timeout", `Waited ${Math.round(withinMs / 1000)} s for ${what}${said}.`);
  }
}
