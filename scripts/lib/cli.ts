import { toAppError } from "../../service/errors.ts";

/** Exit statuses of every script: all is well; a finding or a refusal; wrong usage or not possible to run. */
export const EXIT = { ok: 0, finding: 1, error: 2 } as const;

/** Says on standard error what went wrong and the mend, and ends the process with status 2. */
export function fail(script: string, thrown: unknown): never {
  const error = toAppError(thrown);
  console.error(`${script}: ${error.message}${error.mend ? ` ${error.mend}` : ""}`);
  if (error.code === "internal" && error.cause instanceof Error) console.error(error.cause.stack);
  process.exit(EXIT.error);
}
