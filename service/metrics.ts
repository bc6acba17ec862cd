import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Every metric of the service, Prometheus names and base units (seconds). One instance a process. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
  return {
    registry,
    looks: new Counter({
      name: "schemawatch_looks_total",
      help: "Exact looks by database, cause and outcome (changed, unchanged, failed).",
      labelNames: ["database", "cause", "outcome"] as const,
      registers,
    }),
    lookSeconds: new Histogram({
      name: "schemawatch_look_seconds",
      help: "Time of an exact look, snapshot to commit.",
      buckets: seconds,
      registers,
    }),
    gateSeconds: new Histogram({
      name: "schemawatch_gate_seconds",
      help: "Time of one gate reading.",
      buckets: seconds,
      registers,
    }),
    late: new Gauge({
      name: "schemawatch_late_seconds",
      help: "How late the database is looked at that waits longest; unreachable ones left out.",
      registers,
    }),
    sessions: new Gauge({
      name: "schemawatch_sessions",
      help: "Sessions of this poller on a server, at most SESSIONS_PER_SERVER.",
      labelNames: ["server"] as const,
      registers,
    }),
    sessionsAwaited: new Gauge({
      name: "schemawatch_sessions_awaited",
      help: "Databases of a server that wait for a session.",
      labelNames: ["server"] as const,
      registers,
    }),
    changes: new Counter({
      name: "schemawatch_changes_total",
      help: "Changes found by database and compatibility.",
      labelNames: ["database", "compatibility"] as const,
      registers,
    }),
    queueDepth: new Gauge({
      name: "schemawatch_queue_depth",
      help: "Runs requested or queued and not yet running.",
      registers,
    }),
    runs: new Counter({
      name: "schemawatch_runs_total",
      help: "Runs ended, by state.",
      labelNames: ["state"] as const,
      registers,
    }),
    runSeconds: new Histogram({
      name: "schemawatch_run_seconds",
      help: "Time from request to end of a run.",
      buckets: seconds,
      registers,
    }),
    stepSeconds: new Histogram({
      name: "schemawatch_step_seconds",
      help: "Time of a step, by name.",
      labelNames: ["step"] as const,
      buckets: seconds,
      registers,
    }),
    leases: new Gauge({
      name: "schemawatch_leases",
      help: "Databases whose lease this process holds.",
      registers,
    }),
    streams: new Gauge({
      name: "schemawatch_streams",
      help: "Open live streams.",
      registers,
    }),
    errors: new Counter({
      name: "schemawatch_errors_total",
      help: "Errors by role and code.",
      labelNames: ["role", "code"] as const,
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
