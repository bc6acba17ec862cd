import { COMPATIBILITIES, type Compatibility, type ObjectChange, worst } from "../../catalog/change.ts";
import type { Step } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";

/** Objects whose reasons are told; the change's page shows all. */
const MAX_REASONS = 50;

export interface Reason
  extends Pick<
    ObjectChange,
    | "kind"
    | "identity"
    | "action"
    | "compatibility"
    | "why"
    | "safer"
    | "lock"
    | "lockOn"
    | "rewrite"
    | "scan"
  > {
  readonly from: string | null;
}

export interface JudgeOutput {
  /** Null when nothing changed. */
  readonly worst: Compatibility | null;
  readonly counts: Readonly<Record<Compatibility, number>>;
  /** What decides, worst first; at most MAX_REASONS. */
  readonly reasons: readonly Reason[];
  /** e.g. "1 breaking, 2 safe". */
  readonly summary: string;
}

/** Sums up the judgement that came with the change. */
export const judgeStep: Step<Outputs, "judge"> = {
  name: "judge",
  timeoutMs: 5000,
  retries: 0,
  backoffMs: 0,
  async run({ output, log }) {
    const { change } = output("load");
    if (!change) {
      log("info", "Nothing to judge.");
      const counts = { breaking: 0, risky: 0, safe: 0 };
      return { output: { worst: null, counts, reasons: [], summary: "nothing changed" } };
    }
    const { breaking, risky, safe, objects } = change;
    const counts = { breaking, risky, safe };
    const told = COMPATIBILITIES.filter((one) => counts[one] > 0);
    const summary =
      told.map((one) => `${counts[one]} ${one}`).join(", ") ||
      (change.transientCount > 0
        ? `${change.transientCount} came and went`
        : change.note
          ? "replaced"
          : "nothing changed");
    const reasons = objects.slice(0, MAX_REASONS).map(reasonOf);
    const [first] = reasons;
    log(
      change.compatibility === "safe" ? "info" : "warn",
      `${summary}.${first ? ` ${first.kind} ${first.identity} ${first.action}: ${first.why}` : ""}`,
    );
    return { output: { worst: worst([change.compatibility, ...told]), counts, reasons, summary } };
  },
};

function reasonOf(object: ObjectChange): Reason {
  const { kind, identity, action, from, compatibility, why, safer, lock, lockOn, rewrite, scan } = object;
  return {
    kind,
    identity,
    action,
    from: from ?? null,
    compatibility,
    why,
    safer,
    lock,
    lockOn,
    rewrite,
    scan,
  };
}
