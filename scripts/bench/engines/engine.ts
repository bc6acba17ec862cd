import type { Database } from "../../../service/postgres/types.ts";

/** One way to process changes, running. */
export interface Engine {
  readonly name: string;
  /** Asks for a look at the database and resolves when its result is shown; rejects unless it succeeded and saw a change. */
  once(database: string): Promise<void>;
  /** How many triggers were answered by an error so far, and pressed again. */
  repeated(): number;
  /** Resident memory of all its processes, without PostgreSQL, in MiB. */
  memory(): number;
  stop(): Promise<void>;
}

/** The server that all engines share: their stores, and the databases that are watched. */
export interface Server {
  url(database: string): string;
  readonly admin: Database;
  /** The databases whose changes are processed. */
  readonly names: readonly string[];
}

/** Resident memory in MiB of the processes that the test picks by pid and group (ps). */
export function resident(picks: (pid: number, group: number) => boolean): number {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,pgid=,rss="]);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .reduce((sum, [pid = 0, group = 0, rss = 0]) => sum + (picks(pid, group) ? rss / 1024 : 0), 0);
}
