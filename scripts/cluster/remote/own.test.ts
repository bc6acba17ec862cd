import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { render } from "../../lib/kustomize.ts";
import { ENVIRONMENTS } from "../../lib/overlay.ts";
import { type TestCheckout, testCheckout, testDigest } from "../../lib/testing.ts";
import { imagesOf } from "../../validate/images.ts";
import { applyEdits, put } from "./edit.ts";
import { ownEdits } from "./own.ts";

const digests = {
  argocd: testDigest("a"),
  redis: testDigest("b"),
  rollouts: testDigest("c"),
  postgres: testDigest("d"),
  sops: testDigest("e"),
  git: testDigest("f"),
};

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await testCheckout(["argocd", "base", "overlays", "policies", ".sops.yaml"]);
  applyEdits(
    checkout.root,
    ownEdits({
      remoteUrl: "http://git.test:443/schemawatch.git",
      rolloutsUrl: "http://git.test:443/argo-rollouts.git",
      databaseHost: "database.test",
      digests,
      recipient: "age1recipient",
    }),
  );
});
afterAll(() => checkout?.[Symbol.dispose]());

test.each(ENVIRONMENTS)("%s renders, with nothing that this machine cannot have", async (environment) => {
  const { objects, text } = await render(join(checkout.root, "overlays", environment));
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const kind of ["ScaledObject", "ServiceMonitor", "PrometheusRule"]) expect(kinds).not.toContain(kind);
  expect(text).not.toContain("example.com");
  const known = new Set(Object.values(digests));
  const foreign = new Set(
    objects.flatMap(imagesOf).filter((image) => !image.startsWith("ghcr.io/schemawatch/")),
  );
  for (const image of foreign) expect(known).toContain(image.split("@")[1] ?? image);
});

test("Argo CD's own objects name the remote, this cluster's images, and dev alone", async () => {
  const install = await render(join(checkout.root, "argocd/install"));
  const images = new Set(install.objects.flatMap(imagesOf).map((image) => image.split("@")[1]));
  expect(images).toEqual(new Set([digests.argocd, digests.redis]));
  const { objects, text } = await render(join(checkout.root, "argocd/apps"));
  const names = objects.filter(({ kind }) => kind === "Application").map(({ metadata }) => metadata.name);
  expect(names.sort()).toEqual(["argo-rollouts", "cluster", "policies"]);
  expect(text).toContain("http://git.test:443/schemawatch.git");
  expect(text).not.toContain("github.com");
  for (const environment of ["staging", "prod"]) {
    expect(checkout.read("argocd/apps/environments.yaml")).toContain(
      `overlays/${environment}, exclude: true`,
    );
    expect(checkout.read("policies/parameters.yaml")).toContain(`schemawatch-${environment}/sops-age`);
  }
  expect(checkout.read(".sops.yaml")).not.toContain("kms:");
});

test("an edit that finds nothing to change says which file", () => {
  const edit = { file: "base/web.yaml", why: "", change: put("what is not there", "") };
  expect(() => applyEdits(checkout.root, [edit])).toThrow("base/web.yaml: what is not there is not there");
});
