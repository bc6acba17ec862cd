import { expect, test } from "bun:test";
import { join } from "node:path";
import { type KubeObject, nameOf, render } from "../scripts/lib/kustomize.ts";
import { ENVIRONMENTS } from "../scripts/lib/overlay.ts";
import { ROOT } from "../scripts/lib/tools.ts";

/** Where a pod names an object that it cannot start without, by the field's name: the kind, and the key of the name. */
const NEEDS: Readonly<Record<string, readonly [kind: string, key: string]>> = {
  configMap: ["ConfigMap", "name"],
  configMapRef: ["ConfigMap", "name"],
  persistentVolumeClaim: ["PersistentVolumeClaim", "claimName"],
};

/** Every `Kind/name` that an object's pods need. */
function needs(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(needs);
  return Object.entries(value).flatMap(([field, inner]: [string, unknown]) => {
    if (field === "serviceAccountName") return [`ServiceAccount/${String(inner)}`];
    const [kind, key] = NEEDS[field] ?? [];
    const name = key === undefined ? undefined : (inner as Record<string, unknown>)[key];
    return [...(name === undefined ? [] : [`${kind}/${String(name)}`]), ...needs(inner)];
  });
}

const wave = (object: KubeObject) =>
  Number(object.metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0);

// Argo CD goes on to the next wave only when the one before is healthy: a pod that waits for an object of a later wave
// waits forever.
test.each(ENVIRONMENTS)("in %s nothing comes in a wave before what its pods need", async (environment) => {
  const { objects } = await render(join(ROOT, "overlays", environment));
  const waves = new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, wave(object)]));
  const early = objects.flatMap((object) =>
    needs(object.spec)
      .filter((name) => (waves.get(name) ?? 0) > wave(object))
      .map((name) => `${nameOf(object)} comes before ${name}`),
  );
  expect(early).toEqual([]);
  expect(objects.flatMap((object) => needs(object.spec)).length).toBeGreaterThan(10);
});

test.each(ENVIRONMENTS)(
  "in %s the database has its name before the migration asks for it",
  async (environment) => {
    const { objects } = await render(join(ROOT, "overlays", environment));
    const of = (kind: string, name: string) =>
      objects.filter((object) => object.kind === kind && object.metadata.name === name).map(wave);
    const [named] = of("Service", "postgres");
    const [asked] = of("Job", "migration");
    expect(named).toBeLessThan(asked as number);
  },
);
