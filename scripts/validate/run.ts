import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scanSecrets } from "../lib/secret-scan.ts";
import { checkCiCommands, ciTarget } from "./ci.ts";
import type { Finding } from "./finding.ts";
import { checkImages } from "./images.ts";
import { checkOverlayDifferences, checkOverlayFiles } from "./overlays.ts";
import { checkPolicies } from "./policies.ts";
import { type Count, checkSchemas } from "./schema.ts";
import { checkSecretVariables } from "./secrets.ts";
import { buildTargets, checkComponents, listTargets } from "./targets.ts";
import { readTree } from "./tree.ts";

export interface Report {
  readonly findings: readonly Finding[];
  /** How many objects of each target were checked against their schema. */
  readonly counts: readonly Count[];
}

/** Every check of the tree below `root`. Throws AppError when a tool is missing or fails. */
export async function validate(root: string): Promise<Report> {
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-validate-"));
  try {
    const tree = readTree(root);
    const findings: Finding[] = [
      ...checkComponents(tree),
      ...checkOverlayFiles(tree),
      ...checkCiCommands(root),
    ];
    const [secrets, built] = await Promise.all([
      scanSecrets(root),
      buildTargets(listTargets(tree, scratch), findings),
    ]);
    const counts = await checkSchemas([...built, ...ciTarget(root)], scratch, findings);
    findings.push(...secrets, ...checkSecretVariables(built), ...checkImages(tree, built));
    const more = await Promise.all([
      checkOverlayDifferences(tree, built, scratch),
      checkPolicies(root, built, scratch),
    ]);
    findings.push(...more.flat());
    return { findings, counts };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
