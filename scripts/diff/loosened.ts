import type { KubeObject } from "../lib/kustomize.ts";
import { at, gained, listAt, same } from "./fields.ts";
import type { Risk } from "./risk.ts";

type Both = readonly [before: KubeObject, after: KubeObject];

/** From strict to loose: https://kubernetes.io/docs/concepts/security/pod-security-standards/. */
const POD_SECURITY = ["restricted", "baseline", "privileged"];

/** Kinds that protect by being there. */
const GUARDS = [
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "AppProject",
];

/** What each kind allows more than before; a message for each. */
const RULES: Readonly<Record<string, (both: Both) => string[]>> = {
  ValidatingAdmissionPolicy: (both) => [
    ...said(
      gained(listAt(both[1], "spec.validations"), listAt(both[0], "spec.validations")),
      "checks are gone or other",
    ),
    ...said(grown(both, "spec.matchConditions"), "conditions were added, outside of which it does not look"),
    ...when(
      at(both[0], "spec.failurePolicy") !== "Ignore" && at(both[1], "spec.failurePolicy") === "Ignore",
      "it no longer refuses when it fails itself",
    ),
    ...when(!same(...both, "spec.matchConstraints"), "it looks at other objects"),
  ],
  ValidatingAdmissionPolicyBinding: (both) => [
    ...when(
      listAt(both[0], "spec.validationActions").includes("Deny") &&
        !listAt(both[1], "spec.validationActions").includes("Deny"),
      "it no longer denies",
    ),
    ...when(!same(...both, "spec.matchResources"), "it is bound to other objects"),
    ...when(!same(...both, "spec.paramRef"), "it has other parameters"),
  ],
  NetworkPolicy: (both) => [
    ...said(grown(both, "spec.ingress"), "ways in are added or other"),
    ...said(grown(both, "spec.egress"), "ways out are added or other"),
    ...when(!same(...both, "spec.podSelector"), "it is about other pods"),
    ...said(
      gained(listAt(both[1], "spec.policyTypes"), listAt(both[0], "spec.policyTypes")),
      "directions are open now",
    ),
  ],
  PodDisruptionBudget: (both) => when(!same(...both, "spec"), "another number of pods may be away at once"),
  AppProject: (both) =>
    ["sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"].flatMap(
      (field) => said(grown(both, `spec.${field}`), `entries are new in ${field}`),
    ),
  Namespace: ([before, after]) => {
    const level = (object: KubeObject) =>
      POD_SECURITY.indexOf(object.metadata.labels?.["pod-security.kubernetes.io/enforce"] ?? "privileged");
    return when(level(after) > level(before), `Pod Security goes down to ${POD_SECURITY[level(after)]}`);
  },
  Role: (both) => said(grown(both, "rules"), "rights are added or other"),
  ClusterRole: (both) => said(grown(both, "rules"), "rights are added or other"),
};

/** Guards that a change takes away or that let more pass than before. */
export function loosened(before: KubeObject | undefined, after: KubeObject | undefined): Risk[] {
  if (before === undefined) return [];
  if (after === undefined) {
    if (!GUARDS.includes(before.kind)) return [];
    return [{ level: "high", about: "policy", message: "a guard is gone: nothing does its work" }];
  }
  const messages = RULES[after.kind]?.([before, after]) ?? [];
  if (isParameter(after) && !same(before, after, "data")) messages.push("the policies' parameters are other");
  return messages.map((message) => ({ level: "high", about: "policy", message }));
}

/** The policies' parameters and exemptions are ConfigMaps in a namespace of their own (policies/namespace.yaml). */
function isParameter(object: KubeObject): boolean {
  return object.kind === "ConfigMap" && object.metadata.namespace === "schemawatch-policies";
}

function grown([before, after]: Both, path: string): unknown[] {
  return gained(listAt(before, path), listAt(after, path));
}

function said(entries: readonly unknown[], message: string): string[] {
  return entries.length === 0 ? [] : [`${entries.length} ${message}`];
}

function when(condition: boolean, message: string): string[] {
  return condition ? [message] : [];
}
