import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stringify } from "yaml";
import { AppError } from "../../service/errors.ts";
import { type Rendered, render } from "../lib/kustomize.ts";
import { tool } from "../lib/tools.ts";
import { AXES, BROUGHT_IN, combinations } from "./combinations.ts";
import type { Finding } from "./finding.ts";
import type { Tree } from "./tree.ts";

/** Something that kustomize builds: a folder of the tree, or a kustomization made for the check. */
export interface Target {
  /** As findings name it, e.g. overlays/dev or "base with canary, postgres". */
  readonly name: string;
  readonly folder: string;
  readonly overlay: string | undefined;
}

export interface Built extends Target, Rendered {}

/** Folders that are built as they are, and kustomizations for component combinations, written below `scratch`. */
export function listTargets(tree: Tree, scratch: string): Target[] {
  const overlays = tree.overlays.map((overlay) => ({
    name: `overlays/${overlay}`,
    folder: join(tree.root, "overlays", overlay),
    overlay,
  }));
  const others = tree.others.map((folder) => ({
    name: folder,
    folder: join(tree.root, folder),
    overlay: undefined,
  }));
  // Any overlay's image does: base names the image without saying which.
  const image = tree.overlays.slice(0, 1).map((overlay) => `overlays/${overlay}/image`);
  const combined = combinations(tree.components).map((components, index) => ({
    name: `base with ${components.join(", ")}`,
    folder: writeKustomization(tree, join(scratch, `combination-${index}`), {
      components: [...components.map((component) => `base/components/${component}`), ...image],
      // Its own, so that the policies can be asked about all of them as if they were on one cluster.
      namespace: `schemawatch-${index + 1}`,
    }),
    overlay: undefined,
  }));
  return [...overlays, ...others, ...combined];
}

/** Writes a kustomization of base and the components named by their path in the tree; returns its folder. */
export function writeKustomization(
  tree: Tree,
  folder: string,
  content: { readonly components: readonly string[]; readonly namespace: string },
): string {
  mkdirSync(folder, { recursive: true });
  // kustomize takes other folders by relative path only, and follows links first.
  const fromHere = (path: string) => relative(realpathSync(folder), realpathSync(join(tree.root, path)));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: content.namespace,
    resources: [fromHere("base")],
    components: content.components.map(fromHere),
  };
  writeFileSync(join(folder, "kustomization.yaml"), stringify(kustomization));
  return folder;
}

/** Builds every target, as many at once as there are cores; a target that fails is a finding and is left out. */
export async function buildTargets(targets: readonly Target[], findings: Finding[]): Promise<Built[]> {
  await tool("kustomize");
  const waiting = [...targets];
  const built: Built[] = [];
  await Promise.all(
    Array.from({ length: navigator.hardwareConcurrency }, async () => {
      for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
        const rendered = await buildTarget(target, findings);
        if (rendered !== undefined) built.push({ ...target, ...rendered });
      }
    }),
  );
  return built.sort(
    (a, b) => targets.findIndex((t) => t.name === a.name) - targets.findIndex((t) => t.name === b.name),
  );
}

async function buildTarget(target: Target, findings: Finding[]): Promise<Rendered | undefined> {
  try {
    return await render(target.folder);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid") throw error;
    const mend = error.mend ?? "Correct the named file.";
    findings.push({ rule: "build", where: target.name, message: error.message, mend });
    return undefined;
  }
}

/** A component that no combination has would never be built. */
export function checkComponents(tree: Tree): Finding[] {
  const known = [...AXES.flat(), ...Object.keys(BROUGHT_IN)];
  return tree.components
    .filter((component) => !known.includes(component))
    .map((component) => ({
      rule: "component",
      where: `base/components/${component}`,
      message: `no combination has the component ${component}`,
      mend: "Add it to AXES in scripts/validate/combinations.ts, beside what it excludes.",
    }));
}
