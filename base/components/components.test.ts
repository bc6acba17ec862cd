import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { type KubeObject, render } from "../../scripts/lib/kustomize.ts";

const HERE = import.meta.dir;

/** The objects of base with these components, in this order. */
async function built(...components: string[]): Promise<readonly KubeObject[]> {
  const folder = mkdtempSync(join(tmpdir(), "components-"));
  try {
    const path = (to: string) => relative(folder, join(HERE, to));
    const kustomization = {
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources: [path("..")],
      components: components.map(path),
      configMapGenerator: [{ name: "encrypted-secrets", literals: ["secrets.enc.yaml={}"] }],
    };
    writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
    return (await render(folder)).objects;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Pod {
  readonly initContainers?: readonly { readonly name: string }[];
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly env?: readonly { readonly name: string; readonly value: string }[];
    readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  }[];
}

interface Policy {
  readonly podSelector?: { readonly matchLabels?: object };
  readonly ingress?: readonly { readonly from?: readonly object[] }[];
}

function podOf(object: KubeObject): Pod {
  return (object.spec as { template: { spec: Pod } }).template.spec;
}

function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}

test.each([
  ["secrets/decrypt.yaml", "secrets/decrypt-cron.yaml"],
  ["secrets-age/key.yaml", "secrets-age/key-cron.yaml"],
])("%s and %s say the same of a pod", (plain, cron) => {
  const read = (path: string) => parse(readFileSync(join(HERE, path), "utf8"));
  expect(read(cron).spec.jobTemplate.spec.template).toEqual(read(plain).spec.template);
});

test("every pod has its grace period: the pause before SIGTERM, the service's own deadline, and a margin", async () => {
  const objects = await built();
  for (const name of ["web", "poller", "worker"]) {
    const pod = podOf(find(objects, "Deployment", name));
    const [container] = pod.containers;
    const deadline = container?.env?.find((variable) => variable.name === "SHUTDOWN_SECONDS")?.value;
    const pause = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(deadline) + pause);
  }
});

test("every pod with a secret decrypts it, a CronJob's too", async () => {
  const objects = await built("postgres", "secrets-age");
  const cronPod = (name: string) =>
    (find(objects, "CronJob", name).spec as { jobTemplate: { spec: { template: { spec: Pod } } } })
      .jobTemplate.spec.template.spec;
  const pods = [
    ...["web", "poller", "worker"].map((name) => podOf(find(objects, "Deployment", name))),
    podOf(find(objects, "StatefulSet", "postgres")),
    podOf(find(objects, "Job", "migration")),
    podOf(find(objects, "Job", "secrets-check")),
    cronPod("backup"),
    cronPod("retention"),
  ];
  for (const pod of pods) expect(pod.initContainers?.map(({ name }) => name)).toEqual(["decrypt-secrets"]);
});

test("secrets are proven before the pod of PostgreSQL is replaced", async () => {
  const objects = await built("postgres", "secrets-age");
  const wave = (kind: string, name: string) =>
    Number(find(objects, kind, name).metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
  expect(wave("Job", "secrets-check")).toBeLessThan(wave("StatefulSet", "postgres"));
});

test("the retention's pod is guarded as the roles' pods are", async () => {
  const objects = await built();
  const { jobTemplate } = find(objects, "CronJob", "retention").spec as {
    jobTemplate: { spec: { template: { spec: Pod & { securityContext: object } } } };
  };
  const role = podOf(find(objects, "Deployment", "worker")) as Pod & { securityContext: object };
  const own = jobTemplate.spec.template.spec;
  expect(own.securityContext).toEqual(role.securityContext);
  const guard = (pod: Pod) =>
    (pod.containers[0] as { securityContext?: object } | undefined)?.securityContext;
  expect(guard(own)).toBeDefined();
  expect(guard(own)).toEqual(guard(role));
});

test("secrets are decrypted before git is asked with one of them", async () => {
  const objects = await built("config-from-git", "secrets-age");
  const names = podOf(find(objects, "Deployment", "web")).initContainers?.map(({ name }) => name);
  expect(names).toEqual(["decrypt-secrets", "git-sync"]);
});

test("only with kubernetes-jobs the worker, and only the worker, has a token and rights", async () => {
  const tokens = (objects: readonly KubeObject[]) =>
    ["web", "poller", "worker"].filter(
      (name) =>
        (podOf(find(objects, "Deployment", name)) as Pod & { automountServiceAccountToken?: boolean })
          .automountServiceAccountToken !== false,
    );
  const without = await built();
  expect(tokens(without)).toEqual([]);
  expect(without.filter(({ kind }) => /^(Cluster)?Role/.test(kind))).toEqual([]);
  const objects = await built("kubernetes-jobs");
  expect(tokens(objects)).toEqual(["worker"]);
  expect(objects.filter(({ kind }) => /^(Cluster)?Role/.test(kind)).map(({ kind }) => kind)).toEqual([
    "Role",
    "RoleBinding",
  ]);
  expect(
    (find(objects, "RoleBinding", "worker-jobs") as KubeObject & { subjects: unknown }).subjects,
  ).toEqual([{ kind: "ServiceAccount", name: "worker" }]);
});

test("Dagster beside the service sees its own secret only, and is reached by the worker only", async () => {
  const objects = await built("postgres", "dagster-example", "secrets-age");
  const policies = objects.filter(({ kind }) => kind === "NetworkPolicy").map(({ spec }) => spec as Policy);
  const labels = (role: string, name = "dagster") => ({
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/component": role,
  });
  const reachedBy = (role: string) =>
    policies
      .filter(({ podSelector }) => Bun.deepEquals(podSelector?.matchLabels, labels(role)))
      .flatMap(({ ingress = [] }) => ingress.flatMap(({ from = [] }) => from));
  expect(reachedBy("web")).toEqual([{ podSelector: { matchLabels: labels("worker", "schemawatch") } }]);
  expect(reachedBy("code")).toEqual([
    { podSelector: { matchLabels: { "app.kubernetes.io/name": "dagster" } } },
  ]);
  expect(reachedBy("daemon")).toEqual([]);
  for (const name of ["dagster-web", "dagster-code", "dagster-daemon"]) {
    const pod = podOf(find(objects, "Deployment", name));
    expect(pod.initContainers?.map((one) => one.name)).toEqual(["decrypt-secrets"]);
    const mounts = (pod.containers[0] as { volumeMounts: { name: string; subPath?: string }[] }).volumeMounts;
    expect(mounts.filter((mount) => mount.name === "secrets")).toMatchObject([{ subPath: "dagster-url" }]);
  }
});

test("its section for databases.yaml names the Service, the code location and the job that are there", async () => {
  const objects = await built("postgres", "dagster-example");
  const text = readFileSync(join(HERE, "dagster-example/databases.yaml"), "utf8");
  const { dagster } = parse(text) as { dagster: { url: string; location: string; job: string } };
  const [, host = "", port] = /^http:\/\/(.+):(\d+)$/.exec(dagster.url) ?? [];
  const ports = (find(objects, "Service", host).spec as { ports: { port: number }[] }).ports;
  expect(ports.map((one) => one.port)).toEqual([Number(port)]);
  const example = (file: string) => readFileSync(join(HERE, "../../tools/dagster-example", file), "utf8");
  const [{ grpc_server: server }] = parse(example("workspace-cluster.yaml")).load_from;
  expect(server.location_name).toBe(dagster.location);
  expect((find(objects, "Service", server.host).spec as { ports: unknown[] }).ports).toMatchObject([
    { port: server.port },
  ]);
  expect(example("example.py")).toContain(`def ${dagster.job}()`);
});

test("with the canary only the Rollout runs web, and the autoscaler scales it", async () => {
  const objects = await built("canary");
  expect(find(objects, "Deployment", "web").spec).toMatchObject({ replicas: 0 });
  expect(find(objects, "HorizontalPodAutoscaler", "web").spec).toMatchObject({
    scaleTargetRef: { kind: "Rollout", name: "web" },
  });
});
