/** What went wrong, in one word. HTTP statuses (web/status.ts) and the exit status of the service (service.ts) hang on it. */
export type ErrorCode =
  | "invalid" // input that can never work: a flag, a file, a request body
  | "unauthorized" // nobody is known by this token or session
  | "forbidden" // known, but not allowed
  | "not_found"
  | "conflict" // not possible in the present state
  | "too_large" // a documented limit was met
  | "timeout" // a deadline passed
  | "unavailable" // a server cannot be reached or was lost
  | "internal"; // a defect of ours

/**
 * The one error type of Schemawatch.
 *
 * `message` says what is wrong and names the input; `mend` says what to do. Both may be shown to a person, so neither
 * ever holds a password. `cause` is for the log only.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly mend: string | undefined;

  constructor(code: ErrorCode, message: string, options: { mend?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.mend = options.mend;
  }
}

/** Any thrown value as an AppError: itself when it is one, else an "internal" one that keeps the cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("internal", "Something went wrong inside Schemawatch.", {
    mend: "The log has the details; please report them.",
    cause: error,
  });
}

/** The system's word for what it refused, such as "ENOENT"; "unknown" for an error that has none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
