import { beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type KubeObject, nameOf, render } from "../scripts/lib/kustomize.ts";
import { ROOT } from "../scripts/lib/tools.ts";

interface Allowed {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}

interface Project {
  readonly sourceRepos: readonly string[];
  readonly destinations: readonly { readonly namespace: string }[];
  readonly clusterResourceWhitelist: readonly Allowed[];
  readonly namespaceResourceWhitelist: readonly Allowed[];
}

let root: readonly KubeObject[];
let apps: readonly KubeObject[];
beforeAll(async () => {
  root = (await render(join(ROOT, "argocd/root"))).objects;
  apps = (await render(join(ROOT, "argocd/apps"))).objects;
});

function project(name: string): Project {
  const found = [...root, ...apps].find(
    ({ kind, metadata }) => kind === "AppProject" && metadata.name === name,
  );
  if (found === undefined) throw new Error(`There is no AppProject ${name}.`);
  return found.spec as Project;
}

const glob = (pattern: string, text: string) => new Bun.Glob(pattern).match(text);

/** What Argo CD would refuse of these objects in this project. */
function refused(
  { clusterResourceWhitelist, namespaceResourceWhitelist, destinations }: Project,
  objects: readonly KubeObject[],
) {
  return objects
    .filter(({ apiVersion, kind, metadata }) => {
      const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
      const allowed = (list: readonly Allowed[]) =>
        list.some(
          (item) => item.group === group && item.kind === kind && glob(item.name ?? "*", metadata.name),
        );
      const { namespace } = metadata;
      if (namespace === undefined) return !allowed(clusterResourceWhitelist);
      return (
        !allowed(namespaceResourceWhitelist) || !destinations.some((to) => glob(to.namespace, namespace))
      );
    })
    .map(nameOf);
}

test.each(["dev", "staging", "prod"])("the project of the environments allows all of %s", async (overlay) => {
  const { objects } = await render(join(ROOT, "overlays", overlay));
  expect(objects.length).toBeGreaterThan(20);
  expect(refused(project("schemawatch"), objects)).toEqual([]);
});

test.each(["argocd/cluster", "policies"])("the project of the cluster allows all of %s", async (folder) => {
  expect(refused(project("cluster"), (await render(join(ROOT, folder))).objects)).toEqual([]);
});

test("the project of the environments refuses what could widen their rights", () => {
  const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
    apiVersion,
    kind,
    metadata: namespace === undefined ? { name } : { name, namespace },
  });
  const bad = [
    object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "admin"),
    object("rbac.authorization.k8s.io/v1", "ClusterRole", "reader"),
    object("rbac.authorization.k8s.io/v1", "Role", "reader", "kube-system"),
    object("v1", "Secret", "plain", "schemawatch-dev"),
    object("v1", "ConfigMap", "elsewhere", "kube-system"),
    object("v1", "Namespace", "kube-system"),
    object("argoproj.io/v1alpha1", "Application", "child", "schemawatch-dev"),
  ];
  expect(refused(project("schemawatch"), bad)).toEqual(bad.map(nameOf));
});

test("the project of the environments allows what their controllers make, so that Argo CD shows which images run", () => {
  const made = [
    ["v1", "Pod"],
    ["apps/v1", "ReplicaSet"],
    ["argoproj.io/v1alpha1", "AnalysisRun"],
  ].map(([apiVersion = "", kind = ""]): KubeObject => {
    return { apiVersion, kind, metadata: { name: "made", namespace: "schemawatch-dev" } };
  });
  expect(refused(project("schemawatch"), made)).toEqual([]);
});

// What it selects is one value for the API server: healing it sends the canary's judge to the old pods.
test.each(["staging", "prod"])(
  "Argo CD leaves the canary's Service of %s to Argo Rollouts",
  async (overlay) => {
    const { objects } = await render(join(ROOT, "overlays", overlay));
    const rollout = objects.find(({ kind }) => kind === "Rollout")?.spec as {
      strategy: { canary: { canaryService: string } };
    };
    const environments = apps.find(({ kind }) => kind === "ApplicationSet")?.spec as {
      template: { spec: { ignoreDifferences: readonly unknown[] } };
    };
    expect(environments.template.spec.ignoreDifferences).toContainEqual({
      kind: "Service",
      name: rollout.strategy.canary.canaryService,
      jsonPointers: ["/spec/selector/rollouts-pod-template-hash"],
    });
  },
);

test("the root may only make Argo CD's own objects, and whoever names no project nothing", () => {
  expect(refused(project("root"), apps)).toEqual([]);
  expect(project("default")).toMatchObject({ sourceRepos: [], destinations: [] });
});

test("the repository is named in one place", () => {
  const { url, branch } = parse(readFileSync(join(ROOT, "argocd/repository/repository.yaml"), "utf8")).data;
  const text = JSON.stringify([...root, ...apps]);
  expect(text).not.toMatch(/"(repoURL|targetRevision|revision)":"(repository|branch)"/);
  expect(project("schemawatch").sourceRepos).toEqual([url]);
  expect(project("cluster").sourceRepos).toEqual([url]);
  const set = apps.find(({ kind }) => kind === "ApplicationSet")?.spec;
  expect(set).toMatchObject({
    generators: [{ git: { repoURL: url, revision: branch } }],
    template: { spec: { source: { repoURL: url, targetRevision: branch } } },
  });
});

test("the environments come after what they need, and no controller of others keeps them waiting", () => {
  const wave = (name: string) => {
    const found = apps.find(({ kind, metadata }) => kind !== "AppProject" && metadata.name === name);
    return Number(found?.metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
  };
  expect(wave("cluster")).toBeLessThan(wave("policies"));
  expect(wave("policies")).toBeLessThan(wave("environments"));
  for (const addon of ["argo-rollouts", "keda", "aws-load-balancer-controller"]) {
    expect(wave(addon)).toBeGreaterThanOrEqual(wave("environments"));
  }
});

test("Argo CD itself is what its release installs, unchanged", () => {
  const said = readFileSync(join(ROOT, "argocd/install/kustomization.yaml"), "utf8");
  const hash = new Bun.CryptoHasher("sha256").update(
    readFileSync(join(ROOT, "argocd/install/upstream.yaml")),
  );
  expect(said).toContain(`SHA-256 ${hash.digest("hex")}`);
});
