import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { type KubeObject, parseObjects } from "../lib/kustomize.ts";
import type { Finding } from "./finding.ts";
import type { PolicyReport, Verdict } from "./policies.ts";

/** Holds the message with which a failing fixture must be refused. */
const REFUSED = "policy.schemawatch/refused";

/** What all policies of this repository are named after, and their fixtures not. */
const PREFIX = "schemawatch-";

/**
 * Finds fixtures that are not answered as they must be. Each policy has fixtures/pass/NAME.yaml, all of which every policy
 * admits, and fixtures/fail/NAME.yaml, each object of which this policy alone refuses with the message that the object
 * names; the same object, mended, is in the passing file.
 */
export async function judgeFixtures(root: string, report: PolicyReport): Promise<Finding[]> {
  const folder = join(root, "policies/fixtures");
  const findings: Finding[] = [];
  const find = (where: string, message: string, mend: string) =>
    findings.push({ rule: "policy-fixture", where: `policies/fixtures/${where}`, message, mend });

  for (const policy of report.policies) {
    const name = `${policy.replace(PREFIX, "")}.yaml`;
    for (const kind of ["pass", "fail"]) {
      if (existsSync(join(folder, kind, name))) continue;
      find(
        `${kind}/${name}`,
        `the policy ${policy} has no such fixture`,
        "Write one that shows what it does.",
      );
    }
  }
  const passing = new Set<string>();
  for (const file of filesOf(report, "pass")) {
    for (const verdict of verdictsOf(report, file)) {
      passing.add(keyOf(file, verdict));
      for (const { policy, message } of verdict.denials) {
        const where = `pass/${basename(file)}: ${verdict.kind}/${verdict.name}`;
        find(
          where,
          `${policy || "the API server"} refuses it: ${message}`,
          "Correct the fixture or the policy.",
        );
      }
    }
  }
  for (const file of filesOf(report, "fail")) {
    const policy = PREFIX + basename(file, ".yaml");
    const objects = parseObjects(await Bun.file(file).text(), `fail/${basename(file)}`);
    for (const [index, verdict] of verdictsOf(report, file).entries()) {
      const where = `fail/${basename(file)}: ${verdict.kind}/${verdict.name}`;
      const fault = faultOf(verdict, policy, objects[index]);
      if (fault !== null) find(where, fault, "Correct the fixture or the policy.");
      if (!passing.has(keyOf(file, verdict))) {
        find(
          where,
          "the passing fixture has no such object",
          "Add it there, mended: it proves what was refused.",
        );
      }
    }
  }
  return findings;
}

/** What is wrong with the refusal of a failing fixture; null when nothing is. */
function faultOf(verdict: Verdict, policy: string, object: KubeObject | undefined): string | null {
  const expected = object?.metadata.annotations?.[REFUSED];
  if (expected === undefined) return `it does not say in ${REFUSED} with which message it is refused`;
  const [first] = verdict.denials;
  if (first === undefined) return `it is admitted, not refused with "${expected}"`;
  const other = verdict.denials.find((denial) => denial.policy !== policy);
  if (other !== undefined) return `${other.policy} refuses it too: ${other.message}`;
  // The API server answers with the first.
  return first.message === expected ? null : `it is refused with "${first.message}", not "${expected}"`;
}

function filesOf(report: PolicyReport, folder: "pass" | "fail"): string[] {
  return [...new Set(report.verdicts.map(({ file }) => file))].filter((file) => file.includes(`/${folder}/`));
}

function verdictsOf(report: PolicyReport, file: string): Verdict[] {
  return report.verdicts.filter((verdict) => verdict.file === file);
}

function keyOf(file: string, { kind, name }: Verdict): string {
  return `${basename(file)} ${kind} ${name}`;
}
