import { Elysia } from "elysia";
import { AppError, toAppError } from "../../errors.ts";
import type { RoleContext, RunningRole } from "../../roles.ts";
import { countWaitingRuns } from "../../store/read/runs.ts";

/** What a probe waits for at most: less than Kubernetes' usual second. */
const PROBE_MS = 900;

/**
 * /healthz (the process answers), /readyz (503 with what is not ready) and /metrics (Prometheus text). They are open to
 * all, as probes and scrapers have no token: they tell names of roles and databases and numbers, nothing else.
 */
export function opsRoutes(context: RoleContext, roles: () => readonly RunningRole[]) {
  const { store, metrics, clock, log } = context;
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
      const waiting = await soon(countWaitingRuns(store)).catch(() => null);
      if (waiting === null) metrics.queueDepth.remove();
      else metrics.queueDepth.set(waiting);
      set.headers["content-type"] = metrics.registry.contentType;
      return metrics.registry.metrics();
    });

  /** In words that tell a stranger no host and no account; the log has those. */
  async function storeFault(): Promise<string[]> {
    try {
      await soon(store.query("select 1"));
      return [];
    } catch (error) {
      log.warn({ err: error }, "store not ready");
      return [
        toAppError(error).code === "timeout" ? "store: it does not answer" : "store: it cannot be reached",
      ];
    }
  }

  /** What `asked` resolves to, or AppError "timeout" when that takes longer than a probe waits. */
  async function soon<T>(asked: Promise<T>): Promise<T> {
    const settled = new AbortController();
    const late = clock.sleep(PROBE_MS, settled.signal).then(() => {
      throw new AppError("timeout", `The store did not answer a probe in ${PROBE_MS} ms.`);
    });
    return Promise.race([asked, late]).finally(() => settled.abort());
  }
}

function whatIsUnready(role: RunningRole): string[] {
  return role.unready().map((what) => `${role.name}: ${what}`);
}
