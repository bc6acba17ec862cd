import type { GateReading } from "../catalog/gate.ts";

/** Whether two readings are of the same database of the same server, as far as the role may know. */
export function isSameDatabase(before: GateReading, after: GateReading): boolean {
  return before.database === after.database && before.system === after.system;
}

/**
 * What happened to the server or the database between two gate readings, as a sentence; null when nothing did.
 */
export function serverEvent(before: GateReading, after: GateReading): string | null {
  if (before.system !== after.system) {
    if (before.system === null || after.system === null)
      return "The role may know the server's identity no more, or now.";
    return `Another server answers under this name (system identifier ${after.system}, before ${before.system}).`;
  }
  if (before.database !== after.database) return "The database was dropped and created again.";
  if (before.recovery && !after.recovery) return "The standby was promoted: it is the primary now.";
  if (!before.recovery && after.recovery) return "A standby answers under this name now.";
  if (before.started !== after.started) {
    const started = new Date(Number(after.started) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    return `The server was restarted, or another one of its cluster took over, at ${started}.`;
  }
  return null;
}
