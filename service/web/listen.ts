import type { AnyElysia } from "elysia";
import { AppError } from "../errors.ts";
import { within } from "../shutdown.ts";

/**
 * Where the server cuts off a body, with a bare 413. Above security.ts's own limit, which answers in full, so that this
 * one is met only by bodies that do not say how long they are, or are far too long.
 */
const CUT_OFF = 1024 * 1024;

export interface Listener {
  readonly port: number;
  /** Where a person on this machine opens it. */
  readonly url: string;
  /** Takes no more requests and finishes those it has; after `deadlineMs` it cuts them off. Streams must be closed before. */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * Lets an app listen; port 0 is any free one. A quiet stream is not idle. AppError
 * "conflict" for a port in use, "forbidden" for one that needs more rights, "invalid" for an address this machine has not.
 */
export function listen(app: AnyElysia, host: string, port: number): Listener {
  try {
    app.listen({ hostname: host, port, maxRequestBodySize: CUT_OFF, idleTimeout: 0, reusePort: false });
  } catch (error) {
    throw whyNot(error, host, port);
  }
  const bound = app.server?.port ?? port;
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return {
    port: bound,
    url: `http://${shown}:${bound}/`,
    stop: async (deadlineMs) => {
      if (!(await within(deadlineMs, async () => app.stop()))) await app.stop(true);
    },
  };
}

function whyNot(error: unknown, host: string, port: number): AppError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new AppError("conflict", `Port ${port} on ${host} is in use.`, {
      mend: "End what uses it, or choose another one: PORT=8081.",
    });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new AppError("forbidden", `Port ${port} on ${host} may not be used by this account.`, {
      mend: "Choose one from 1024 on: PORT=8080.",
    });
  }
  return new AppError("invalid", `The service cannot listen on ${host}, port ${port}.`, {
    mend: "Set HOST to an address of this machine, such as 127.0.0.1.",
    cause: error,
  });
}
