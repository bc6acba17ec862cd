import { type AnyElysia, Elysia } from "elysia";
import type { RoleContext, RunningRole } from "../roles.ts";
import { bodyOf, failureOf } from "./failure.ts";
import { listen } from "./listen.ts";
import { pathOf } from "./path.ts";
import { opsRoutes } from "./routes/ops.ts";
import { SECURITY_HEADERS } from "./security.ts";

/** An orderly stop of health and metrics takes no longer than a scrape. */
const STOP_MS = 1000;

/** Health, readiness and metrics alone, for processes without the web role; not yet listening. */
export function createOpsApp(context: RoleContext, roles: readonly RunningRole[]): AnyElysia {
  return new Elysia({ name: "schemawatch-ops" })
    .onRequest(({ set }) => {
      Object.assign(set.headers, SECURITY_HEADERS);
    })
    .onError(({ code, error, request, set }) => {
      const failure = failureOf(code, error, request, pathOf(request), () => []);
      set.status = failure.status;
      return bodyOf(failure.error);
    })
    .use(opsRoutes(context, () => roles));
}

/** Serves them on HOST and PORT until `stop`. Errors as `listen`. */
export async function startOps(
  context: RoleContext,
  roles: readonly RunningRole[],
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const { port, url, stop } = listen(createOpsApp(context, roles), context.config.host, context.config.port);
  context.log.info({ url }, "health and metrics are served");
  return { port, stop: () => stop(STOP_MS) };
}
