import { type AppError, type ErrorCode, toAppError } from "../errors.ts";
import { PostgresError, sqlState } from "../postgres/client.ts";

/**
 * Why a database could not be looked at, for people. Statement errors of the server are told in its words; they name
 * objects, never a password.
 */
export function faultOf(error: unknown): { readonly code: ErrorCode; readonly reason: string } {
  const state = sqlState(error);
  if (error instanceof PostgresError && state !== undefined) {
    if (state === "57014")
      return { code: "timeout", reason: "PostgreSQL stopped the reading: it took too long." };
    const code = state === "42501" ? "forbidden" : "unavailable";
    return { code, reason: `PostgreSQL reports: ${error.message} (${state}).` };
  }
  const { code, message, mend }: AppError = toAppError(error);
  return { code, reason: mend ? `${message} ${mend}` : message };
}
