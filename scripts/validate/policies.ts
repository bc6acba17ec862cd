import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { output } from "../lib/exec.ts";
import { nameOf } from "../lib/kustomize.ts";
import { tool } from "../lib/tools.ts";
import { checkDisruptionBudgets } from "./disruption-budgets.ts";
import type { Finding } from "./finding.ts";
import { checkMatchConditions } from "./match-conditions.ts";
import { judgeFixtures } from "./policy-fixtures.ts";
import type { Built } from "./targets.ts";

/** What tools/policy prints: the answers of Kubernetes' own admission plugin. */
export interface PolicyReport {
  readonly faults: readonly { readonly policy: string; readonly field: string; readonly message: string }[];
  /** The policies that have a binding. */
  readonly policies: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** What the policies say of one object, in the order of the files and of the objects in them. */
export interface Verdict {
  readonly file: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly denials: readonly {
    readonly policy: string;
    readonly binding: string;
    readonly message: string;
  }[];
}

export interface Question {
  /** The file with policies, bindings and their parameters. */
  readonly policies: string;
  /** Files with objects that exist already, such as namespaces. */
  readonly context?: readonly string[];
  /** Files with the objects that would be created. */
  readonly objects: readonly string[];
  /** When they would be (default: now); exemptions end by it. */
  readonly now?: Date;
  /** Whether to look for faults of the policies themselves too, which takes some seconds. */
  readonly faults?: boolean;
}

/** The bindings' selector (policies/binding.yaml): a namespace without it is judged by nobody. */
const BOUND = ["app.kubernetes.io/part-of", "schemawatch"] as const;

/**
 * Which environment may be reached from outside is said per namespace (policies/parameters.yaml), and a combination of
 * components is no environment.
 */
const ENVIRONMENTS_ONLY = "schemawatch-exposure";

/** Asks the admission plugin, compiled from tools/policy; AppError as `tool` and `output` throw it. */
export async function askPolicies(question: Question): Promise<PolicyReport> {
  const printed = await output([
    await tool("policy"),
    ...["--policies", question.policies],
    ...(question.context ?? []).flatMap((file) => ["--context", file]),
    ...(question.now === undefined ? [] : ["--now", question.now.toISOString()]),
    ...(question.faults ? ["--faults"] : []),
    ...question.objects,
  ]);
  return JSON.parse(printed) as PolicyReport;
}

/**
 * Finds faults of the policies themselves, what they refuse of the rendered targets (exemptions that ended are refused),
 * fixtures that are not answered as they must be, and disruption budgets that are named but not there. The policies are the
 * target named "policies"; without it nothing would be enforced, which is a finding.
 */
export async function checkPolicies(
  root: string,
  built: readonly Built[],
  scratch: string,
): Promise<Finding[]> {
  const policies = built.find((target) => target.name === "policies");
  if (policies === undefined) {
    const mend = "Add policies/kustomization.yaml, and make it build.";
    return [{ rule: "policy", where: "policies", message: "there are no policies to ask", mend }];
  }
  const judged = built.filter(
    (target) => target.overlay !== undefined || target.name.startsWith("base with "),
  );
  const write = (name: string, text: string): string => {
    const file = join(scratch, name);
    writeFileSync(file, text);
    return file;
  };
  const policyFile = write("policies.yaml", policies.text);
  const files = new Map(judged.map((target, index) => [write(`judged-${index}.yaml`, target.text), target]));
  const fixtures = fixturesOf(root);
  const [targets, examples] = await Promise.all([
    askPolicies({ policies: policyFile, objects: [...files.keys()], faults: true }),
    askPolicies({ policies: policyFile, context: fixtures.context, objects: fixtures.objects }),
  ]);
  return [
    ...checkMatchConditions(policies.objects),
    ...targets.faults.map(({ policy, field, message }) => ({
      rule: "policy" as const,
      where: `policies: ${policy}`,
      message: `${field}: ${message}`,
      mend: "Correct the expression: the API server would answer every request with this error.",
    })),
    ...targets.verdicts.flatMap((verdict) => findDenials(verdict, files.get(verdict.file))),
    ...judged.flatMap(findUnbound),
    ...judged.flatMap(checkDisruptionBudgets),
    ...(await judgeFixtures(root, examples)),
  ];
}

/** The fixtures of a tree; see policies/README.md. */
function fixturesOf(root: string): { context: string[]; objects: string[] } {
  const folder = join(root, "policies/fixtures");
  const below = (name: string) =>
    existsSync(join(folder, name))
      ? readdirSync(join(folder, name)).map((file) => join(folder, name, file))
      : [];
  const namespaces = join(folder, "namespaces.yaml");
  return {
    context: existsSync(namespaces) ? [namespaces] : [],
    objects: [...below("pass"), ...below("fail")],
  };
}

function findDenials(verdict: Verdict, target: Built | undefined): Finding[] {
  if (target === undefined)
    throw new AppError("internal", `A verdict on ${verdict.file}, which was not asked for.`);
  return verdict.denials
    .filter(({ policy }) => target.overlay !== undefined || policy !== ENVIRONMENTS_ONLY)
    .map(({ policy, message }) => ({
      rule: "policy",
      where: `${target.name}: ${verdict.kind}/${verdict.name}`,
      message: `${policy || "the API server"} refuses it: ${message}`,
      mend: "Correct the object, or exempt it by an annotation with a date and a reason (policies/README.md).",
    }));
}

function findUnbound(target: Built): Finding[] {
  const [label, value] = BOUND;
  return target.objects
    .filter(({ kind, metadata }) => kind === "Namespace" && metadata.labels?.[label] !== value)
    .map((namespace) => ({
      rule: "policy",
      where: `${target.name}: ${nameOf(namespace)}`,
      message: "no policy judges what is in this namespace",
      mend: `Give it the label ${label}: ${value}, by which the policies are bound.`,
    }));
}
