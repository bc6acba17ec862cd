import { type KubeObject, nameOf } from "../lib/kustomize.ts";
import type { Finding } from "./finding.ts";
import type { Built } from "./targets.ts";

/** Names the PodDisruptionBudget of a workload; policies/disruption-budgets.yaml demands it. */
const NAMED = "policy.schemawatch/disruption-budget";
const WORKLOADS = ["Deployment", "StatefulSet", "Rollout"];

type Labels = Readonly<Record<string, string>>;

/** The fields that are read here, as the strict schemas allow them. */
interface Spec {
  readonly selector?: { readonly matchLabels?: Labels; readonly matchExpressions?: unknown };
  readonly template?: { readonly metadata?: { readonly labels?: Labels } };
}

/** Finds workloads whose budget is not there, or does not select their pods: a policy cannot look at a second object. */
export function checkDisruptionBudgets(target: Built): Finding[] {
  return target.objects
    .filter(({ kind }) => WORKLOADS.includes(kind))
    .flatMap((workload) => {
      const fault = faultOf(workload, target.objects);
      const mend = "Add the PodDisruptionBudget, or correct its name or its selector.";
      return fault === null
        ? []
        : [{ rule: "policy", where: `${target.name}: ${nameOf(workload)}`, message: fault, mend }];
    });
}

function faultOf(workload: KubeObject, objects: readonly KubeObject[]): string | null {
  const name = workload.metadata.annotations?.[NAMED];
  // The policy refuses what names none.
  if (name === undefined) return null;
  const budget = objects.find(
    ({ kind, metadata }) =>
      kind === "PodDisruptionBudget" &&
      metadata.name === name &&
      metadata.namespace === workload.metadata.namespace,
  );
  if (budget === undefined) return `it names the PodDisruptionBudget ${name}, which does not exist`;
  const { matchLabels, matchExpressions } = specOf(budget).selector ?? {};
  if (matchLabels === undefined || matchExpressions !== undefined) {
    return `its PodDisruptionBudget ${name} does not select by matchLabels alone`;
  }
  const pods = podLabels(workload);
  const missing = Object.entries(matchLabels).find(([label, value]) => pods[label] !== value);
  return missing === undefined
    ? null
    : `its PodDisruptionBudget ${name} selects ${missing.join("=")}, which its pods do not bear`;
}

/** A Rollout that takes another's template promises its pods' labels by its selector. */
function podLabels(workload: KubeObject): Labels {
  const { template, selector } = specOf(workload);
  return template?.metadata?.labels ?? selector?.matchLabels ?? {};
}

function specOf(object: KubeObject): Spec {
  return (object.spec ?? {}) as Spec;
}
