import { AppError, type ErrorCode } from "../../errors.ts";
import { LABEL_LIMITS } from "../../labels.ts";
import type { Principal } from "../auth.ts";
import type { WebContext } from "../context.ts";
import type { Parameter } from "./parameter.ts";
import type { SchemaName } from "./schemas.ts";

/** What a handler is given. */
export interface Call {
  readonly request: Request;
  /** Who calls; everyone is somebody behind the guard. */
  readonly principal: Principal | null;
  /** The value of a parameter that is always there. */
  need<T>(parameter: Parameter<T>): T;
  /** The value of a parameter; undefined when it was left out. */
  maybe<T>(parameter: Parameter<T>): T | undefined;
  /** The values of a parameter that may be given several times; none when it was left out. */
  all<T>(parameter: Parameter<T>): readonly T[];
}

export interface Answer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the API: what it answers and what the document says of it, in one place. */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST";
  /** Below /api/v1; path parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly success: {
    readonly status: 200 | 202;
    readonly description: string;
    /** A named schema; or event-stream, described in words. */
    readonly schema: SchemaName | "event-stream" | "document";
    /** Names of headers and what they say. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** What may go wrong beyond what may everywhere. */
  readonly errors: readonly ErrorCode[];
  handle(context: WebContext, call: Call): Promise<Answer | Response>;
}

/** As many labels as a database may have. */
const MOST_TIMES = LABEL_LIMITS.count;

/**
 * A call's parameters, read and checked. AppError "invalid" for a query parameter that the operation does not know, as a
 * mistyped filter must not answer with everything, or for one given twice.
 */
export function readCall(
  operation: Operation,
  request: Request,
  path: Readonly<Record<string, string>>,
  principal: Principal | null,
): Call {
  const query = new URL(request.url).searchParams;
  const known = operation.parameters.filter((parameter) => parameter.in === "query");
  for (const name of query.keys()) {
    const parameter = known.find((one) => one.name === name);
    if (parameter === undefined) {
      throw new AppError("invalid", `There is no parameter ${name} here.`, {
        mend: known.length === 0 ? "Leave it out." : `Use ${known.map((one) => one.name).join(", ")}.`,
      });
    }
    const most = parameter.repeated ? MOST_TIMES : 1;
    if (query.getAll(name).length > most) {
      const mend = most === 1 ? "Give it once." : `Give it at most ${most} times.`;
      throw new AppError("invalid", `${name} is given ${most === 1 ? "twice" : "too often"}.`, { mend });
    }
  }
  const textOf = (parameter: Parameter): string | null => {
    if (parameter.in === "query") return query.get(parameter.name);
    if (parameter.in === "header") return request.headers.get(parameter.name);
    return path[parameter.name] ?? null;
  };
  const maybe = <T>(parameter: Parameter<T>): T | undefined => {
    const text = textOf(parameter);
    return text === null ? undefined : parameter.read(text);
  };
  return {
    request,
    principal,
    maybe,
    all: (parameter) => query.getAll(parameter.name).map((text) => parameter.read(text)),
    need<T>(parameter: Parameter<T>): T {
      const value = maybe(parameter);
      if (value !== undefined) return value;
      throw new AppError("invalid", `${parameter.name} is missing.`, { mend: parameter.description });
    },
  };
}

/** Operations take no body: AppError "invalid" for one that says anything. An empty JSON object is fine, as some clients always send one. */
export async function refuseBody(request: Request): Promise<void> {
  const text = (await request.text()).trim();
  if (text === "" || /^\{\s*\}$/.test(text)) return;
  throw new AppError("invalid", "This operation takes no body.", {
    mend: "Leave the body out; what can be told is told by the path, the query and the headers.",
  });
}
