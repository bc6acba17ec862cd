import { systemClock } from "./clock.ts";
import { complaintOf } from "./complaint.ts";
import { loadConfig } from "./config/config.ts";
import type { Config } from "./config/types.ts";
import { watchListOf } from "./config/watch-list.ts";
import { type AppError, toAppError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import type { RoleContext, RunningRole, StartRole } from "./roles.ts";
import { stopSignal, within } from "./shutdown.ts";
import { connectStore } from "./store/client.ts";
import { listenToStore } from "./store/events.ts";
import { migrate } from "./store/migrate.ts";
import { prepareQueue } from "./store/queue.ts";

type RoleName = RunningRole["name"];
export type RoleTable = Readonly<Record<RoleName, () => Promise<StartRole>>>;

/** What was started: the roles, and below them what they share. */
class Started {
  readonly roles: RunningRole[] = [];
  readonly #shared: { readonly what: string; readonly stop: () => Promise<unknown> }[] = [];

  add(what: string, stop: () => Promise<unknown>): void {
    this.#shared.push({ what, stop });
  }

  /**
   * Stops the roles together, which have `rolesMs` milliseconds for it, then the rest, the latest first. What fails to
   * stop is logged and does not keep the others.
   */
  async stop(log: Logger, rolesMs: number): Promise<void> {
    const warn = (what: string) => (error: unknown) => log.warn({ what, err: error }, "did not stop cleanly");
    await Promise.all(this.roles.map((role) => role.stop(rolesMs).catch(warn(role.name))));
    for (const { what, stop } of this.#shared.reverse()) await stop().catch(warn(what));
  }
}

/** For what was started when a later part failed. */
const GIVE_UP_MS = 5000;
/** Of the time to stop, what is left for the store and the embedded server when the roles took all of theirs. */
const SHARED_MS = 500;

/**
 * Runs the service in the role that the environment names until SIGTERM or SIGINT. Resolves to the exit status: 0 after
 * an orderly end, 1 when it could not start or stop in time, 2 when its configuration is wrong. Faults are one line on
 * standard error each, with the mend.
 */
export async function runService(roles: RoleTable): Promise<number> {
  let config: Config;
  try {
    config = loadConfig(process.env);
  } catch (error) {
    return complain(toAppError(error));
  }
  const log = createLogger(config);
  const signal = stopSignal();
  const started = new Started();
  try {
    await start(config, roles, log, started, signal);
    await signal.wait;
    log.info({ signal: signal.name() }, "stopping");
    const inTime = await within(config.shutdownMs, () => started.stop(log, config.shutdownMs - SHARED_MS));
    if (!inTime) {
      log.error({ ms: config.shutdownMs }, "did not stop in time");
      process.exit(1);
    }
    log.info({}, "stopped");
    process.exit(0);
  } catch (error) {
    // What a signal interrupted is no fault.
    const status = signal.name() === null ? complain(toAppError(error)) : 0;
    await within(GIVE_UP_MS, () => started.stop(log, GIVE_UP_MS - SHARED_MS));
    process.exit(status);
  }
}

/** Starts the store, what all roles share, and the roles. What was begun is in `started` even when it rejects. */
async function start(
  config: Config,
  roles: RoleTable,
  log: Logger,
  started: Started,
  signal: ReturnType<typeof stopSignal>,
): Promise<void> {
  const watchListWith = (sampleUrl: string | null) =>
    watchListOf(config, { sampleUrl, clock: systemClock, log });
  // A fault of databases.yaml is told before anything is started.
  const configured = config.watch.from === "sample" ? null : watchListWith(null);
  let storeUrl = config.databaseUrl;
  let sampleUrl: string | null = null;
  if (storeUrl === null) {
    const { startEmbeddedStore } = await import("./embedded/store.ts");
    const embedded = await startEmbeddedStore(config, log, signal.aborted);
    started.add("embedded PostgreSQL", embedded.stop);
    ({ storeUrl, sampleUrl } = embedded);
  }
  const store = connectStore(storeUrl);
  started.add("store", () => store.close());
  await migrate(store, { also: [prepareQueue] });
  const events = await listenToStore(store);
  started.add("events", () => events.close());
  const watchList = configured ?? watchListWith(sampleUrl);
  started.add("watch list", async () => watchList.close());

  const context: RoleContext = {
    config,
    clock: systemClock,
    log,
    metrics: createMetrics(),
    store,
    events,
    watchList,
  };
  const names: RoleName[] = config.role === "all" ? ["poller", "worker", "web"] : [config.role];
  for (const name of names) {
    const startRole = await roles[name]();
    const others = [...started.roles];
    started.roles.push(await startRole({ ...context, log: log.child({ role: name }) }, others));
  }
  if (!names.includes("web") && config.portNamed) {
    const { startOps } = await import("./web/ops.ts");
    const ops = await startOps(context, started.roles);
    started.add("health and metrics", ops.stop);
  }
}

/** Says what is wrong; returns the exit status. */
function complain(error: AppError): number {
  process.stderr.write(`${complaintOf(error)}\n`);
  return error.code === "invalid" ? 2 : 1;
}
