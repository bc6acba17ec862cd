import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/tools.ts";
import { BUILT_IN, CUSTOM } from "./sources.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const versionOf = (module: string) =>
  CUSTOM.find(({ source }) => source.module.includes(module))?.source.version ?? "";

test("schemas are of the versions that are installed", () => {
  expect(read("argocd/install/kustomization.yaml")).toContain(`argo-cd/v3@${versionOf("argo-cd")}`);
  expect(read("argocd/apps/addons.yaml")).toContain(`targetRevision: ${versionOf("argo-rollouts")}`);
  expect(read("argocd/apps/addons.yaml")).toContain(`targetRevision: ${versionOf("keda").slice(1)}`);
});

test("the policies are judged by the Kubernetes whose schemas are used", () => {
  expect(read("tools/policy/go.mod")).toContain(
    `k8s.io/apiserver ${BUILT_IN.source.version.replace("v1.", "v0.")}`,
  );
});

interface Renovate {
  readonly customManagers: readonly {
    readonly description: string;
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
  }[];
}

test("each expression by which Renovate finds a pin finds one", () => {
  const { customManagers } = JSON.parse(read("renovate.json")) as Renovate;
  for (const { description, managerFilePatterns, matchStrings } of customManagers) {
    const [pattern = ""] = managerFilePatterns;
    const file = pattern.replace(/^\/\^|\$\/$/g, "").replaceAll("\\", "");
    const [, version] = new RegExp(matchStrings[0] ?? "").exec(read(file))?.slice(1) ?? [];
    expect(version, description).toMatch(/^v?\d/);
  }
});
