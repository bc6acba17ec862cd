import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubeObject, render } from "../../scripts/lib/kustomize.ts";
import { ROOT } from "../../scripts/lib/tools.ts";
import type { Finding } from "../../scripts/validate/finding.ts";
import { askPolicies } from "../../scripts/validate/policies.ts";
import { checkSchemas } from "../../scripts/validate/schema.ts";
import { changeManifest, isFor, jobManifest, jobName, type Own, type Purpose } from "./manifest.ts";
import type { JobTarget } from "./target.ts";

// The tools are compiled by the first who asks.
setDefaultTimeout(600_000);

const DIGEST = `sha256:${"0a".repeat(32)}`;
const target: JobTarget = {
  image: `ghcr.io/schemawatch/process@${DIGEST}`,
  command: ["python", "-m", "process"],
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "1Gi" } },
  serviceAccount: null,
  namespace: null,
  env: { LEVEL: "info", KEY: { secret: "acme", key: "api-key" } },
  timeoutMs: 90_500,
  startWithinMs: 1000,
  ttlMs: 3_600_000,
  retries: 2,
};
const purpose: Purpose = {
  installation: "f2f1b1a4-3a6e-4c0e-9d2b-1d0f4c2a7e55",
  run: "9007199254740991",
  step: "job",
  database: "ends-with.a-",
  change: "7",
};
const own: Own = {
  image: `ghcr.io/schemawatch/schemawatch@${DIGEST}`,
  pullSecrets: ["registry"],
  account: { name: "worker", uid: "4b1f" },
};

test("the API server's schema and the policies of the environments take the Job, its pods and its ConfigMap", async () => {
  const folder = mkdtempSync(join(tmpdir(), "manifest-"));
  try {
    const made = jobManifest(target, purpose, own);
    const job = { ...made, metadata: { ...made.metadata, namespace: "schemawatch-dev" } };
    const map = changeManifest({ ...made, metadata: { ...made.metadata, uid: "9c2e" } }, "{}");
    const template = made.spec?.template;
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "pod", namespace: "schemawatch-dev", ...template?.metadata },
      spec: template?.spec,
    };
    const objects = [job, { ...map, metadata: { ...map.metadata, namespace: "schemawatch-dev" } }, pod];
    const text = objects.map((object) => JSON.stringify(object)).join("\n---\n");
    const findings: Finding[] = [];
    const built = { name: "job", text, objects: objects as unknown as KubeObject[] };
    const [count] = await checkSchemas([built as never], folder, findings);
    expect(findings).toEqual([]);
    expect(count).toMatchObject({ objects: 3, valid: 3 });

    const { objects: dev } = await render(join(ROOT, "overlays/dev"));
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const namespace = dev.find(({ kind }) => kind === "Namespace");
    const report = await askPolicies({
      policies: file("policies.yaml", (await render(join(ROOT, "policies"))).text),
      context: [file("namespace.yaml", JSON.stringify(namespace))],
      objects: [file("made.yaml", text)],
    });
    expect(report.verdicts.map(({ kind, denials }) => [kind, denials])).toEqual([
      ["Job", []],
      ["ConfigMap", []],
      ["Pod", []],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a Job's name is the run's, fits, and tells it from a Job that only has that name", () => {
  const name = jobName(purpose);
  expect(name).toBe(jobName({ ...purpose }));
  expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  for (const other of [{ run: "8" }, { step: "other" }, { installation: "another" }])
    expect(jobName({ ...purpose, ...other })).not.toBe(name);
  const job = jobManifest(target, purpose, own);
  expect(isFor(job, purpose)).toBe(true);
  for (const other of [{ change: "8" }, { database: "shop" }, { installation: "another" }])
    expect(isFor(job, { ...purpose, ...other })).toBe(false);
});

test("a Job ends by itself, goes after a while, makes up for what the cluster took away, and has its owner", () => {
  const { metadata, spec } = jobManifest(target, purpose, own);
  expect(spec).toMatchObject({
    backoffLimit: 2,
    activeDeadlineSeconds: 91,
    ttlSecondsAfterFinished: 3600,
    podReplacementPolicy: "Failed",
    podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
  });
  expect(metadata?.ownerReferences).toEqual([
    { apiVersion: "v1", kind: "ServiceAccount", name: "worker", uid: "4b1f" },
  ]);
  // An owner in another namespace is none, and what it owns is taken away at once.
  expect(jobManifest(target, purpose, { ...own, account: null }).metadata?.ownerReferences).toBeUndefined();
});

test("a container has a token only by a service account of its own, and secrets only by reference", () => {
  const pod = (over: Partial<JobTarget>) =>
    jobManifest({ ...target, ...over }, purpose, own).spec?.template.spec;
  expect(pod({})).toMatchObject({ automountServiceAccountToken: false });
  expect(pod({})?.serviceAccountName).toBeUndefined();
  expect(pod({ serviceAccount: "processor" })).toMatchObject({
    automountServiceAccountToken: true,
    serviceAccountName: "processor",
  });
  const container = pod({})?.containers[0];
  expect(container?.env).toContainEqual({
    name: "KEY",
    valueFrom: { secretKeyRef: { name: "acme", key: "api-key" } },
  });
  expect(pod({ command: null })?.containers[0]?.command).toBeUndefined();
});
