import { complaintOf } from "../complaint.ts";
import { toAppError } from "../errors.ts";
import type { CommandIo } from "./io.ts";

/** Exit statuses that scripts may rely on, as diff(1) has them. */
export const EXIT = { same: 0, different: 1, error: 2 } as const;

/** Says what went wrong on standard error. Returns 2 whatever it was: 1 says "different" (or "unhealthy") and nothing else. */
export function complain(thrown: unknown, io: CommandIo): number {
  io.warn(complaintOf(toAppError(thrown)));
  return EXIT.error;
}
