import { Elysia } from "elysia";
import { toAppError } from "../../errors.ts";
import type { RoleContext, RunningRole } from "../../roles.ts";
import { countWaitingRuns } from "../../store/read/runs.ts";

/** What a probe waits for at most: less than Kubernetes' usual second. */
const PROBE_MS = 900;

/**
 * /healthz (the process answers), /readyz (503 with what is not ready) and /metrics (Prometheus text). They are open to
 * all, as probes and scrapers have no token: they tell names of roles and databases and numbers, nothing else.
 */
export function opsRoutes(context: RoleContext, roles: () => readonly RunningRole[]) {
  const { store, metrics, clock } = context;
  return new Elysia({ name: "ops" })
    .get("/healthz", () => ({ status: "alive" }))
    .get("/readyz", async ({ set }) => {
      const unready = [...roles().flatMap(whatIsUnready), ...(await storeFault())];
      set.headers["cache-control"] = "no-store";
      if (unready.length > 0) set.status = 503;
      return { status: unready.length === 0 ? "ready" : "not ready", unready };
    })
    .get("/metrics", async ({ set }) => {
      // Without the store the other metrics are wanted all the more.
      await countWaitingRuns(store).then(
        (waiting) => metrics.queueDepth.set(waiting),
        () => metrics.queueDepth.remove(),
      );
      set.headers["content-type"] = metrics.registry.contentType;
      return metrics.registry.metrics();
    });

  async function storeFault(): Promise<string[]> {
    const answered = new AbortController();
    const late = clock.sleep(PROBE_MS, answered.signal).then(() => ["store: it does not answer"]);
    const asked = store.query("select 1").then(
      () => [],
      (error: unknown) => [`store: ${toAppError(error).message}`],
    );
    const fault = await Promise.race([asked, late]);
    answered.abort();
    return fault;
  }
}

function whatIsUnready(role: RunningRole): string[] {
  return role.unready().map((what) => `${role.name}: ${what}`);
}
