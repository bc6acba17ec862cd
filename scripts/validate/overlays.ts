import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parse } from "yaml";
import { type KubeObject, render } from "../lib/kustomize.ts";
import { differences } from "./differences.ts";
import type { Finding } from "./finding.ts";
import { readOverlayImage } from "./images.ts";
import { MAY_ADD, MAY_DIFFER, OVERLAY_FILES } from "./overlay-rules.ts";
import { type Built, writeKustomization } from "./targets.ts";
import type { Tree } from "./tree.ts";

/** An overlay holds no other files than environments need. */
export function checkOverlayFiles(tree: Tree): Finding[] {
  return tree.overlays.flatMap((overlay) => {
    const folder = join(tree.root, "overlays", overlay);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .filter((file) => !OVERLAY_FILES.some((allowed) => allowed.test(file)))
      .map((file) => ({
        rule: "overlay-file",
        where: `overlays/${overlay}/${file}`,
        message: "a file that an overlay may not hold",
        mend: "Put what all environments share into base or a component; an overlay holds differences only.",
      }));
  });
}

/**
 * Builds base with the overlay's components but without anything of its own, and compares: what differs must be something
 * in which environments may differ (overlay-rules.ts). An overlay that did not build is left out; that is a finding already.
 */
export async function checkOverlayDifferences(
  tree: Tree,
  built: readonly Built[],
  scratch: string,
): Promise<Finding[]> {
  const overlays = built.flatMap((target) =>
    target.overlay === undefined ? [] : [{ ...target, overlay: target.overlay }],
  );
  const found = await Promise.all(
    overlays.map(async (target) => {
      const folder = join(tree.root, "overlays", target.overlay);
      const components = sharedComponents(tree, folder);
      const plain = { components, namespace: namespaceOf(folder) };
      const reference = await render(
        writeKustomization(tree, join(scratch, `plain-${target.overlay}`), plain),
      );
      const ours = readOverlayImage(tree.root, target.overlay)?.name ?? "";
      return compare(normalise(reference.objects, ours), normalise(target.objects, ours), target.name);
    }),
  );
  return found.flat();
}

/** The overlay's components that are not its own, as paths in the tree. */
function sharedComponents(tree: Tree, folder: string): string[] {
  const { components } = readKustomization(folder);
  return (Array.isArray(components) ? components : [])
    .map((component) => relative(tree.root, join(folder, String(component))))
    .filter((path) => existsSync(join(tree.root, path)) && !path.startsWith(`overlays${sep}`));
}

function namespaceOf(folder: string): string {
  return String(readKustomization(folder).namespace ?? "schemawatch");
}

function readKustomization(folder: string): { components?: unknown; namespace?: unknown } {
  return (parse(readFileSync(join(folder, "kustomization.yaml"), "utf8")) ?? {}) as Record<string, unknown>;
}

/**
 * Objects by `Kind/name` without what always differs: the hash at the end of a generated name, here and where it is
 * referred to, and the digest of our image, which checkImages judges.
 */
function normalise(objects: readonly KubeObject[], ours: string): Map<string, KubeObject> {
  const hashed = objects
    .filter((object) => object.kind === "ConfigMap" || object.kind === "Secret")
    .map((object) => object.metadata.name)
    .filter((name) => /-[a-z0-9]{10}$/.test(name));
  const plain = new Map(hashed.map((name) => [name, name.replace(/-[a-z0-9]{10}$/, "")]));
  const rename = (_key: string, value: unknown): unknown => {
    if (typeof value !== "string") return value;
    return value.startsWith(`${ours}@`) || value === ours ? ours : (plain.get(value) ?? value);
  };
  return new Map(
    objects.map((object) => {
      const clean = JSON.parse(JSON.stringify(object, rename)) as KubeObject;
      return [`${clean.kind}/${clean.metadata.name}`, clean] as const;
    }),
  );
}

function compare(
  reference: ReadonlyMap<string, KubeObject>,
  overlay: ReadonlyMap<string, KubeObject>,
  target: string,
): Finding[] {
  const finding = (name: string, message: string): Finding => ({
    rule: "overlay-difference",
    where: `${target}: ${name}`,
    message,
    mend: "Move it to base or a component, or name the field and why it differs in scripts/validate/overlay-rules.ts.",
  });
  const removed = [...reference.keys()].filter((name) => !overlay.has(name));
  const added = [...overlay.keys()].filter((name) => !reference.has(name) && !MAY_ADD.includes(name));
  return [
    ...removed.map((name) => finding(name, "the overlay takes it away")),
    ...added.map((name) => finding(name, "only this overlay has it")),
    ...[...overlay].flatMap(([name, object]) => {
      const other = reference.get(name);
      if (other === undefined) return [];
      return differences(other, object)
        .filter((field) => !MAY_DIFFER.some((rule) => rule.kind.test(object.kind) && rule.field.test(field)))
        .map((field) => finding(name, `the overlay changes ${field}`));
    }),
  ];
}
