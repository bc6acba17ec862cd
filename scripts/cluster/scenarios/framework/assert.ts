import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../../../service/errors.ts";

/** Rejects with the claim unless it holds. */
export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new AppError("conflict", `Not so: ${what}.`);
}

/** Rejects with both values unless they are the same throughout. */
export function same(is: unknown, should: unknown, what: string): void {
  if (isDeepStrictEqual(is, should)) return;
  throw new AppError(
    "conflict",
    `${what}: ${JSON.stringify(is)}, but it should be ${JSON.stringify(should)}.`,
  );
}

/** A time for people: "12.3 s". */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
