import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What there is to validate below a root; all paths are relative to it. */
export interface Tree {
  readonly root: string;
  /** Names of the environments: folders of overlays/. */
  readonly overlays: readonly string[];
  /** Names of the components: folders of base/components/. */
  readonly components: readonly string[];
  /** Other folders with a kustomization of their own, e.g. argocd. */
  readonly others: readonly string[];
}

/** Folders of the root that hold manifests besides base/ and overlays/. */
const OTHER_ROOTS = ["argocd", "policies"];

/** Test data that is broken on purpose, and is validated by its own tests. */
const SKIPPED = new Set(["fixtures", "node_modules"]);

/** Looks at the folders below `root`. */
export function readTree(root: string): Tree {
  return {
    root,
    overlays: foldersOf(join(root, "overlays")),
    components: foldersOf(join(root, "base/components")),
    others: OTHER_ROOTS.flatMap((folder) => kustomizationsBelow(root, folder)),
  };
}

function foldersOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function kustomizationsBelow(root: string, folder: string): string[] {
  const file = join(root, folder, "kustomization.yaml");
  const own = existsSync(file) && /^kind: Kustomization$/m.test(readFileSync(file, "utf8")) ? [folder] : [];
  const below = foldersOf(join(root, folder)).filter((name) => !SKIPPED.has(name));
  return [...own, ...below.flatMap((name) => kustomizationsBelow(root, join(folder, name)))];
}
