import type { DagsterTarget } from "../dagster/target.ts";
import type { JobTarget } from "../kubernetes/target.ts";

/** How one watched database is reached and looked at. Comes from databases.yaml, WATCH, or the sample. */
export interface WatchedDatabase {
  /** Unique; lower-case letters, digits, `-`, `_`, `.`; at most 63. */
  readonly name: string;
  /** Resolved from url, urlFile or urlEnv. Holds the password: never logged, stored or shown. */
  readonly url: string;
  /** Milliseconds between gate readings (default 1000, at least 100). */
  readonly intervalMs: number;
  /** Milliseconds between unconditional exact looks (default 300000). */
  readonly exactEveryMs: number;
  /** `[kind:]glob` on identities; what matches, and what lives in it, is not watched. */
  readonly ignore: readonly string[];
  /** Absolute path of the approved snapshot file. */
  readonly baseline: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** The job that its changes are handed to (`engine: dagster`); null: Schemawatch alone processes them. */
  readonly dagster: DagsterTarget | null;
  /** The container that processes its changes (`engine: job`); null: none. */
  readonly job: JobTarget | null;
  /** The sample shop on the embedded server: has the "Apply a sample change" button and shows its psql line. */
  readonly sample: boolean;
}

/** The watched databases as configured now; follows the file. */
export interface WatchList {
  current(): readonly WatchedDatabase[];
  /** What is wrong with the file as it is now, while `current` is what was last right; null when nothing is. */
  fault(): string | null;
  /** Called after every change that was taken over. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void;
  close(): void;
}

export type Role = "all" | "web" | "poller" | "worker";

/** Everything the environment decides, judged once at start (config/config.ts). */
export interface Config {
  readonly role: Role;
  /** The store; null means embedded (role all only). */
  readonly databaseUrl: string | null;
  /** Where the embedded server keeps its data. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Whether PORT was named: poller and worker serve /healthz, /readyz and /metrics only then. */
  readonly portNamed: boolean;
  /** Access tokens (config/tokens.ts); null only on loopback. */
  readonly authFile: string | null;
  /** Where the watch list comes from. */
  readonly watch:
    | { readonly from: "file"; readonly path: string }
    | { readonly from: "url"; readonly url: string }
    | { readonly from: "sample" };
  /** Where finished runs are announced; null when not configured. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  readonly logFormat: "json" | "pretty";
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** Runs that one worker processes at once. */
  readonly concurrency: number;
  /** Sessions that one poller has on one server of watched databases at once; at least 2. */
  readonly sessionsPerServer: number;
  /** Deadline of the shutdown in milliseconds. */
  readonly shutdownMs: number;
}
