import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { run } from "../lib/exec.ts";
import { nameOf } from "../lib/kustomize.ts";
import { ROOT, tool } from "../lib/tools.ts";
import type { Finding } from "./finding.ts";
import type { Built } from "./targets.ts";

/** In the repository, written by scripts/schemas.ts: nothing is fetched. */
const SCHEMAS = join(ROOT, "scripts/validate/schemas/{{.ResourceKind}}{{.KindSuffix}}.json");

interface Resource {
  readonly filename: string;
  readonly kind: string;
  readonly name: string;
  readonly status: "statusValid" | "statusInvalid" | "statusError" | "statusSkipped" | "statusEmpty";
  readonly msg: string;
}

/** What kubeconform said of a target's objects. */
export interface Count {
  readonly target: string;
  readonly objects: number;
  readonly valid: number;
}

/**
 * Checks every object by kubeconform -strict. Returns how many were valid per target; the caller's findings get each that
 * was not. Throws AppError "internal" when kubeconform did not judge exactly the objects that were rendered: a check that
 * skips is worse than none.
 */
export async function checkSchemas(
  built: readonly Built[],
  scratch: string,
  findings: Finding[],
): Promise<Count[]> {
  if (built.length === 0) return [];
  const folder = join(scratch, "rendered");
  mkdirSync(folder, { recursive: true });
  for (const [index, target] of built.entries()) writeFileSync(join(folder, `${index}.yaml`), target.text);

  const options = ["-strict", "-verbose", "-output", "json", "-schema-location", SCHEMAS];
  const { stdout, stderr } = await run([await tool("kubeconform"), ...options, folder]);
  const resources = parseResources(stdout, stderr);
  return built.map((target, index) => {
    const own = resources.filter((resource) => basename(resource.filename) === `${index}.yaml`);
    const judged = own.filter((resource) => resource.status !== "statusEmpty");
    findings.push(...judged.flatMap((resource) => judge(resource, target)));
    const valid = judged.filter((resource) => resource.status === "statusValid").length;
    const missing = target.objects.filter(({ kind, metadata }) =>
      judged.every((resource) => resource.kind !== kind || resource.name !== metadata.name),
    );
    if (judged.length !== target.objects.length || missing.length > 0) {
      throw new AppError(
        "internal",
        `kubeconform judged ${judged.length} of the ${target.objects.length} objects of ${target.name}; ` +
          `without a judgement: ${missing.map(nameOf).join(", ") || "none"}.`,
      );
    }
    return { target: target.name, objects: target.objects.length, valid };
  });
}

function parseResources(stdout: string, stderr: string): readonly Resource[] {
  try {
    return (JSON.parse(stdout) as { resources: Resource[] }).resources;
  } catch (cause) {
    throw new AppError("internal", `kubeconform said: ${stderr || stdout}`, { cause });
  }
}

function judge(resource: Resource, target: Built): Finding[] {
  if (resource.status === "statusValid") return [];
  const where = `${target.name}: ${resource.kind}/${resource.name}`;
  if (resource.status === "statusInvalid") {
    // kubeconform puts the schema's path before what it found.
    const faults = resource.msg.replace(/^.*?' - /s, "");
    const mend = "Correct the field; the API would refuse it or, worse, leave it out.";
    return [{ rule: "schema", where, message: faults, mend }];
  }
  return [
    {
      rule: "unknown-kind",
      where,
      message: resource.msg || "kubeconform skipped it",
      mend: "Correct apiVersion and kind, or add the kind to scripts/schemas/sources.ts and run make schemas.",
    },
  ];
}
