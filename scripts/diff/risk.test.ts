import { expect, test } from "bun:test";
import { parse } from "yaml";
import type { KubeObject } from "../lib/kustomize.ts";
import { compare } from "./compare.ts";
import { type Risk, risksOf } from "./risk.ts";

/** An object of a kind; `fields` is YAML. */
function object(kind: string, fields: string, metadata = ""): KubeObject {
  return parse(`apiVersion: v1\nkind: ${kind}\nmetadata: {name: it, ${metadata}}\n${fields}`) as KubeObject;
}

function risks(before: KubeObject | undefined, after: KubeObject | undefined): Risk[] {
  return risksOf({ name: "it", ...(before && { before }), ...(after && { after }), text: "" });
}

const pods = (image: string) => `template: {spec: {containers: [{name: a, image: ${image}}]}}`;
const pvc = (size: string, mode = "ReadWriteOnce") =>
  `spec: {accessModes: [${mode}], resources: {requests: {storage: ${size}}}}`;

/** Kind, before, after, level, and what the message has; both sides are YAML. */
const CHANGES: [string, string, string, Risk["level"], string][] = [
  ["Deployment", `spec: {${pods("a")}}`, `spec: {${pods("b")}}`, "medium", "its pods are replaced with b"],
  ["Rollout", `spec: {${pods("a")}}`, `spec: {${pods("b")}}`, "medium", "its pods are replaced with b"],
  [
    "Deployment",
    `spec: {strategy: {type: Recreate}, ${pods("a")}}`,
    `spec: {strategy: {type: Recreate}, ${pods("b")}}`,
    "high",
    "an interruption",
  ],
  [
    "StatefulSet",
    `spec: {replicas: 1, ${pods("a")}}`,
    `spec: {replicas: 1, ${pods("b")}}`,
    "high",
    "an interruption",
  ],
  ["CronJob", `spec: {jobTemplate: {a: 1}}`, `spec: {jobTemplate: {a: 2}}`, "low", "next run"],
  ["Deployment", "spec: {replicas: 3}", "spec: {replicas: 2}", "medium", "goes from 3 to 2 replicas"],
  ["Deployment", "spec: {replicas: 3}", "spec: {replicas: 0}", "high", "goes from 3 to 0 replicas"],
  ["Service", "spec: {type: ClusterIP}", "spec: {type: LoadBalancer}", "medium", "in another way: type"],
  [
    "Deployment",
    "spec: {selector: {a: b}}",
    "spec: {selector: {a: c}}",
    "high",
    "spec.selector cannot be changed",
  ],
  [
    "StatefulSet",
    "spec: {serviceName: a}",
    "spec: {serviceName: b}",
    "high",
    "spec.serviceName cannot be changed",
  ],
  [
    "StorageClass",
    "parameters: {type: gp2}",
    "parameters: {type: gp3}",
    "high",
    "parameters cannot be changed",
  ],
  ["ClusterRoleBinding", "roleRef: {name: a}", "roleRef: {name: b}", "high", "roleRef cannot be changed"],
  ["Job", `spec: {${pods("a")}}`, `spec: {${pods("b")}}`, "high", "spec.template cannot be changed"],
  [
    "ConfigMap",
    "immutable: true\ndata: {a: b}",
    "immutable: true\ndata: {a: c}",
    "high",
    "data cannot be changed",
  ],
  ["PersistentVolumeClaim", pvc("10Gi"), pvc("20Gi"), "medium", "grows from 10Gi to 20Gi"],
  ["PersistentVolumeClaim", pvc("1Gi"), pvc("1000Mi"), "high", "cannot shrink"],
  ["PersistentVolumeClaim", pvc("1Gi"), pvc("1Gi", "ReadWriteMany"), "high", "its spec cannot be changed"],
  [
    "ValidatingAdmissionPolicy",
    "spec: {validations: [{expression: a}, {expression: b}]}",
    "spec: {validations: [{expression: a}]}",
    "high",
    "1 checks are gone",
  ],
  [
    "ValidatingAdmissionPolicy",
    "spec: {failurePolicy: Fail}",
    "spec: {failurePolicy: Ignore}",
    "high",
    "no longer refuses",
  ],
  [
    "ValidatingAdmissionPolicy",
    "spec: {}",
    "spec: {matchConditions: [{name: not-mine}]}",
    "high",
    "1 conditions were added",
  ],
  [
    "ValidatingAdmissionPolicy",
    "spec: {matchConstraints: {a: 1}}",
    "spec: {matchConstraints: {a: 2}}",
    "high",
    "other objects",
  ],
  [
    "ValidatingAdmissionPolicyBinding",
    "spec: {validationActions: [Deny]}",
    "spec: {validationActions: [Warn]}",
    "high",
    "no longer denies",
  ],
  [
    "ValidatingAdmissionPolicyBinding",
    "spec: {matchResources: {}}",
    "spec: {}",
    "high",
    "bound to other objects",
  ],
  ["ValidatingAdmissionPolicyBinding", "spec: {paramRef: {name: a}}", "spec: {}", "high", "other parameters"],
  ["NetworkPolicy", "spec: {ingress: []}", "spec: {ingress: [{from: []}]}", "high", "1 ways in"],
  ["NetworkPolicy", "spec: {egress: [{to: [1]}]}", "spec: {egress: [{to: [2]}]}", "high", "1 ways out"],
  [
    "NetworkPolicy",
    "spec: {policyTypes: [Ingress, Egress]}",
    "spec: {policyTypes: [Ingress]}",
    "high",
    "1 directions",
  ],
  ["NetworkPolicy", "spec: {podSelector: {}}", "spec: {podSelector: {a: b}}", "high", "other pods"],
  ["PodDisruptionBudget", "spec: {minAvailable: 1}", "spec: {minAvailable: 0}", "high", "may be away"],
  [
    "AppProject",
    "spec: {destinations: [1]}",
    "spec: {destinations: [1, 2]}",
    "high",
    "1 entries are new in destinations",
  ],
  ["Role", "rules: [{verbs: [get]}]", "rules: [{verbs: ['*']}]", "high", "1 rights are added"],
];

test.each(CHANGES)("%s: %s to %s is %s", (kind, before, after, level, message) => {
  const found = risks(object(kind, before), object(kind, after));
  expect(found.map((risk) => risk.message)).toEqual([expect.stringContaining(message)]);
  expect(found[0]?.level).toBe(level);
});

test("a namespace's lower Pod Security level is a loosened guard", () => {
  const at = (level: string) =>
    object("Namespace", "", `labels: {pod-security.kubernetes.io/enforce: ${level}}`);
  expect(risks(at("restricted"), at("baseline"))[0]?.message).toContain("Pod Security goes down to baseline");
  expect(risks(at("baseline"), at("restricted"))).toEqual([]);
});

test("the policies' parameters are guards, other ConfigMaps are not", () => {
  const map = (namespace: string, value: string) =>
    object("ConfigMap", `data: {a: ${value}}`, `namespace: ${namespace}`);
  expect(risks(map("schemawatch-policies", "b"), map("schemawatch-policies", "c"))).toMatchObject([
    { level: "high" },
  ]);
  expect(risks(map("schemawatch-dev", "b"), map("schemawatch-dev", "c"))).toEqual([]);
});

test("a hook that Argo CD makes anew is not fixed", () => {
  const job = (image: string) =>
    object("Job", `spec: {${pods(image)}}`, "annotations: {argocd.argoproj.io/hook: Sync}");
  expect(risks(job("a"), job("b"))).toMatchObject([{ level: "low", message: "it runs anew" }]);
});

test("what a deletion loses is said", () => {
  for (const kind of ["Namespace", "PersistentVolumeClaim", "StatefulSet", "Service", "Deployment"]) {
    expect(risks(object(kind, ""), undefined)).toMatchObject([{ level: "high", about: "deletion" }]);
  }
  expect(risks(object("ConfigMap", ""), undefined)).toMatchObject([{ level: "low", about: "deletion" }]);
  const kept = object("Namespace", "", 'annotations: {argocd.argoproj.io/sync-options: "Prune=false"}');
  expect(risks(kept, undefined)).toMatchObject([{ level: "medium", about: "deletion" }]);
  const [guard] = risks(object("NetworkPolicy", ""), undefined);
  expect(guard).toMatchObject({ level: "high", about: "policy" });
});

test("stricter guards, more replicas and new objects are no risk", () => {
  expect(risks(undefined, object("Deployment", ""))).toEqual([]);
  expect(
    risks(object("Deployment", "spec: {replicas: 1}"), object("Deployment", "spec: {replicas: 2}")),
  ).toEqual([]);
  const checks = (list: string) => object("ValidatingAdmissionPolicy", `spec: {validations: [${list}]}`);
  expect(risks(checks("{expression: a}"), checks("{expression: a}, {expression: b}"))).toEqual([]);
});

test("a generated ConfigMap with other contents is one change, and the same kind of another group is not it", async () => {
  const named = (name: string, kind = "ConfigMap", apiVersion = "v1"): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: "n" },
  });
  const [change, ...more] = await compare([named("settings-4kcht25ktf")], [named("settings-k64g5dm864")]);
  expect(more).toEqual([]);
  expect(change?.name).toBe("n/ConfigMap/settings");
  expect(change?.text).toContain("-  name: settings-4kcht25ktf\n+  name: settings-k64g5dm864");
  const groups = await compare([named("x", "Service")], [named("x", "Service", "serving.knative.dev/v1")]);
  expect(groups).toHaveLength(2);
  expect(await compare([named("x")], [named("x")])).toEqual([]);
});
