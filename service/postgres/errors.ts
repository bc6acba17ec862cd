import postgres from "postgres";
import { AppError } from "../errors.ts";
import { describeTarget, type Target } from "./target.ts";

/** The driver's error for what a server reports on a statement; `code` is the SQLSTATE. */
export const PostgresError = postgres.PostgresError;

/** The SQLSTATE of an error that a server reported on a statement, e.g. "42P01"; undefined for any other value. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof PostgresError ? error.code : undefined;
}

/** An error as Sql.query promises it: AppError for the connection's own troubles, PostgresError for the statement's. */
export function mapError(error: unknown, target: Target): unknown {
  if (error instanceof AppError) return error;
  if (!(error instanceof PostgresError)) return isConnectionFault(error) ? unreachable(error, target) : error;
  const where = describeTarget(target);
  const { code, message } = error;
  if (code === "28P01" || code === "28000") {
    return new AppError("unauthorized", `PostgreSQL refuses the role: ${message} (${where}).`, {
      mend: "Check the role, its password, and the server's pg_hba.conf.",
      cause: error,
    });
  }
  if (code === "3D000") {
    return new AppError("unavailable", `There is no database "${target.database}" (${where}).`, {
      mend: "Check the database's name in the URL, or create it.",
      cause: error,
    });
  }
  if (code === "53300" || code.startsWith("57P") || code.startsWith("08")) {
    return new AppError("unavailable", `PostgreSQL does not serve: ${message} (${where}).`, {
      mend: "Wait until the server is up and has free connections.",
      cause: error,
    });
  }
  return error;
}

/** The error for a server that cannot be reached or was lost. */
export function unreachable(error: unknown, target: Target): AppError {
  const reason = error instanceof Error ? (reasons[errorCode(error)] ?? error.message) : String(error);
  return new AppError("unavailable", `PostgreSQL cannot be reached: ${reason} (${describeTarget(target)}).`, {
    mend: "Check that the server runs, and the host and port in the URL.",
    cause: error,
  });
}

/** The error for a deadline that passed. */
export function timedOut(what: string, ms: number, target: Target): AppError {
  return new AppError("timeout", `${what} took longer than ${ms} ms (${describeTarget(target)}).`, {
    mend: "Look for locks or load on that server, or allow more time.",
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was lost",
  ENOENT: "there is no such socket",
  EACCES: "no right to use that socket",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name cannot be looked up",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  CONNECTION_CLOSED: "the connection was lost",
  CONNECTION_DESTROYED: "the connection was lost",
  CONNECTION_ENDED: "the connection was closed",
};

function isConnectionFault(error: unknown): boolean {
  return error instanceof Error && errorCode(error) in reasons;
}

function errorCode(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code.replace(/^DNS_/, "") : "";
}
