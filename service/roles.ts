import type { Clock } from "./clock.ts";
import type { Config, WatchList } from "./config/types.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Database } from "./postgres/types.ts";
import type { StoreEvents } from "./store/events.ts";

/** What every role is given by service.ts, the one place that wires. */
export interface RoleContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Schemawatch's own database, migrated. */
  readonly store: Database;
  /** What happened in the store, by LISTEN on one connection a process. */
  readonly events: StoreEvents;
  readonly watchList: WatchList;
}

/** A started role. */
export interface RunningRole {
  readonly name: "web" | "poller" | "worker";
  /** What is not ready, in words; empty when ready (/readyz). */
  unready(): string[];
  /** Takes no new work, ends or hands back the running work, gives up leases, closes streams; resolves within `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

/** `others` are the roles that were started in this process before it, for /readyz. */
export type StartRole = (context: RoleContext, others?: readonly RunningRole[]) => Promise<RunningRole>;
