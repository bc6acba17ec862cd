import { type Impact, readImpact } from "../../catalog/impact.ts";
import { plural } from "../report/values.ts";
import type { WatchedConnections } from "../watched.ts";
import type { Step } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";

export interface ImpactOutput {
  /** Null when nothing changed, or it could not be read. */
  readonly impact: Impact | null;
  /** Why it could not be read. */
  readonly fault: string | null;
}

/**
 * Asks the watched database what hangs on the changed objects. A database that cannot be asked is said in the report and
 * does not keep the run from its end.
 */
export function impactStep(watched: WatchedConnections): Step<Outputs, "impact"> {
  return {
    name: "impact",
    timeoutMs: 20_000,
    retries: 0,
    backoffMs: 0,
    optional: true,
    async run({ output, log }) {
      const { change, database } = output("load");
      if (!change) {
        log("info", "Nothing changed, so nothing is reached.");
        return { output: { impact: null, fault: null } };
      }
      const sql = watched.connection(database);
      if (!sql) return unread(log, `"${database}" is not watched any more`);
      let impact: Impact;
      try {
        impact = await readImpact(sql, change.objects);
      } catch (error) {
        return unread(log, error instanceof Error ? error.message : String(error));
      }
      const { dependents, relations, limits } = impact;
      log(
        "info",
        `${plural(dependents.length, "dependent object")}, ${plural(relations.length, "relation")} concerned.`,
      );
      for (const limit of limits) log("warn", limit);
      return { output: { impact, fault: null }, impact };
    },
  };
}

function unread(log: (level: "warn", message: string) => void, fault: string) {
  log("warn", `The impact could not be read: ${fault}`);
  return { output: { impact: null, fault } };
}
