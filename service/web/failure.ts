import { AppError, toAppError } from "../errors.ts";
import type { WebContext } from "./context.ts";
import { isApi } from "./path.ts";
import { STATUS } from "./status.ts";

/** What an API error answers: the same shape for every one of them. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly mend: string | null };
}

/** What went wrong, as a client may see it. */
export interface Failure {
  readonly error: AppError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The methods that some route has at a path, for 405. */
export type MethodsAt = (path: string) => readonly string[];

/**
 * Any error of a request as a Failure. What is no AppError and no fault of the request is logged whole and told as
 * "internal", without a word of it.
 */
export function failureOf(
  code: unknown,
  thrown: unknown,
  request: Request,
  path: string,
  at: MethodsAt,
): Failure {
  if (code === "NOT_FOUND" && !(thrown instanceof AppError)) return notFound(request, path, at(path));
  const error = requestFault(code) ?? toAppError(thrown);
  const status = STATUS[error.code];
  return { error, status, headers: headersOf(error, path) };
}

/** Counts and logs a failure: defects with all they have, what the client did wrong only for those who debug. */
export function report(context: WebContext, failure: Failure, request: Request, path: string): void {
  const { error, status } = failure;
  context.metrics.errors.inc({ role: "web", code: error.code });
  const fields = { err: error, status, method: request.method, path };
  if (error.code === "internal") context.log.error(fields, "request failed");
  else if (error.code === "unavailable") context.log.warn(fields, "request failed");
  else context.log.debug(fields, "request refused");
}

/** The JSON of a failure. */
export function bodyOf(error: AppError): ErrorBody {
  return { error: { code: error.code, message: error.message, mend: error.mend ?? null } };
}

function notFound(request: Request, path: string, methods: readonly string[]): Failure {
  if (methods.length > 0) {
    const error = new AppError("invalid", `${request.method} is not possible at ${path}.`, {
      mend: `Use ${methods.join(" or ")}.`,
    });
    return { error, status: 405, headers: { allow: methods.join(", ") } };
  }
  const mend = isApi(path) ? "GET /api/v1/openapi.json lists what there is." : "Start from the home page.";
  return {
    error: new AppError("not_found", `There is nothing at ${path}.`, { mend }),
    status: 404,
    headers: {},
  };
}

/** A fault that Elysia found in the request itself. */
function requestFault(code: unknown): AppError | null {
  if (code !== "VALIDATION" && code !== "PARSE" && code !== "INVALID_FILE_TYPE") return null;
  return new AppError("invalid", "The request's body or parameters cannot be read.", {
    mend: "Send what the form or the API's document names, and nothing else.",
  });
}

function headersOf(error: AppError, path: string): Record<string, string> {
  if (error.code === "unavailable") return { "retry-after": "1" };
  if (error.code === "unauthorized" && isApi(path))
    return { "www-authenticate": 'Bearer realm="schemawatch"' };
  return {};
}
