import { type AppError, type ErrorCode, toAppError } from "../errors.ts";
import { hideUrlPasswords } from "../secrets.ts";
import type { CommandIo } from "./io.ts";

/** Exit statuses that scripts may rely on, as diff(1) has them. */
export const EXIT = { same: 0, different: 1, error: 2 } as const;

/** Every error is 2, whatever its code: 1 says "different" (or "unhealthy") and nothing else. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid: EXIT.error,
  unauthorized: EXIT.error,
  forbidden: EXIT.error,
  not_found: EXIT.error,
  conflict: EXIT.error,
  too_large: EXIT.error,
  timeout: EXIT.error,
  unavailable: EXIT.error,
  internal: EXIT.error,
};

/** Says what went wrong and the mend on standard error, without a password, and returns the exit status. */
export function complain(thrown: unknown, io: CommandIo): number {
  const error: AppError = toAppError(thrown);
  const lines = [`schemawatch: ${error.message}${error.mend ? ` ${error.mend}` : ""}`];
  if (error.code === "internal" && error.cause instanceof Error)
    lines.push(error.cause.stack ?? String(error.cause));
  io.warn(hideUrlPasswords(lines.join("\n")));
  return STATUS[error.code];
}
