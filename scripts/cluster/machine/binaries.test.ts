import { expect, test } from "bun:test";
import { join } from "node:path";
import { binary, buildKey, cacheFolder, MODULES, programsOf } from "./binaries.ts";

test("every program of the cluster is pinned once", () => {
  const programs = MODULES.flatMap(programsOf);
  expect(new Set(programs).size).toBe(programs.length);
  for (const name of [
    "kube-apiserver",
    "kubelet",
    "kubectl",
    "containerd",
    "argocd",
    "rollouts-controller",
    "registry",
  ])
    expect(programs).toContain(name);
});

test("a build is kept by its modules and by the compiler", () => {
  expect(buildKey("coredns", "go1.26.8")).toBe(buildKey("coredns", "go1.26.8"));
  expect(buildKey("coredns", "go1.26.8")).not.toBe(buildKey("coredns", "go1.26.9"));
  expect(buildKey("coredns", "go1.26.8")).not.toBe(buildKey("registry", "go1.26.8"));
});

test("programs are kept where XDG says, or below the home folder", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/elsewhere" })).toBe(join("/elsewhere", "schemawatch"));
  expect(cacheFolder({})).toEndWith("/.cache/schemawatch");
});

test("a name that nothing pins is told", async () => {
  await expect(binary("nonsense")).rejects.toThrow(
    "No go.mod below tools/cluster pins a program named nonsense",
  );
});
