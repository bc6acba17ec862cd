import type { KubeObject } from "../lib/kustomize.ts";
import { at, same, without } from "./fields.ts";
import type { Risk } from "./risk.ts";

/**
 * Fields that the API server refuses to change, so that a sync fails until the object is replaced. From the validation code
 * of Kubernetes (pkg/apis/…/validation): ValidateXUpdate of each kind.
 */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  PriorityClass: ["value", "preemptionPolicy"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
};

/** What a StatefulSet may change; all else of its spec is fixed (ValidateStatefulSetUpdate). */
const STATEFUL_SET_MAY = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

/** Changes that the API server will refuse, and changes of volumes. */
export function immutableFaults(before: KubeObject, after: KubeObject): Risk[] {
  const paths = (FIXED[after.kind] ?? []).filter((path) => !same(before, after, path));
  if (after.kind === "StatefulSet") paths.push(...fixedOfStatefulSet(before, after));
  if (after.kind === "Job" && !isReplacedHook(after) && !same(before, after, "spec.template")) {
    paths.push("spec.template");
  }
  if ((before.immutable === true || after.immutable === true) && !same(before, after, "data")) {
    if (before.metadata.name === after.metadata.name) paths.push("data");
  }
  const faults = paths.map(
    (path): Risk => ({
      level: "high",
      about: "immutable",
      message: `${path} cannot be changed: the sync fails until the object is replaced by hand`,
    }),
  );
  return after.kind === "PersistentVolumeClaim" ? [...faults, ...claim(before, after)] : faults;
}

function fixedOfStatefulSet(before: KubeObject, after: KubeObject): string[] {
  const [was, is] = [without(before, "spec", STATEFUL_SET_MAY), without(after, "spec", STATEFUL_SET_MAY)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((key) => !Bun.deepEquals(was[key], is[key]))
    .map((key) => `spec.${key}`);
}

/** Whether Argo CD deletes the Job before it makes it anew, so that nothing of it is fixed. */
export function isReplacedHook(object: KubeObject): boolean {
  return object.kind === "Job" && object.metadata.annotations?.["argocd.argoproj.io/hook"] !== undefined;
}

/** A claim may grow, where its storage class allows; nothing else (ValidatePersistentVolumeClaimUpdate). */
function claim(before: KubeObject, after: KubeObject): Risk[] {
  const fixed = ["resources", "volumeAttributesClassName"];
  if (!Bun.deepEquals(without(before, "spec", fixed), without(after, "spec", fixed))) {
    const message = "its spec cannot be changed, but for growing it: the sync fails";
    return [{ level: "high", about: "immutable", message }];
  }
  const path = "spec.resources.requests.storage";
  if (same(before, after, path)) return [];
  const [was, is] = [String(at(before, path)), String(at(after, path))];
  if (bytes(is) < bytes(was)) {
    return [
      { level: "high", about: "immutable", message: `cannot shrink from ${was} to ${is}: the sync fails` },
    ];
  }
  return [{ level: "medium", about: "data", message: `grows from ${was} to ${is}, and cannot shrink again` }];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function bytes(quantity: string): number {
  const [, amount = "", unit = ""] = /^([\d.]+)([KMGTPE]i|[kMGTPE])?$/.exec(quantity) ?? [];
  const power = "kMGTPE".indexOf(unit.charAt(0).replace("K", "k")) + 1;
  return Number(amount) * (unit === "" ? 1 : (unit.endsWith("i") ? 1024 : 1000) ** power);
}
