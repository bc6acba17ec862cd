import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../service/errors.ts";
import { type Change, compare } from "./diff/compare.ts";
import { allRisks, type TargetDifference, toMarkdown } from "./diff/markdown.ts";
import { EXIT } from "./lib/cli.ts";
import { run } from "./lib/exec.ts";
import { commitOf, git, withCommit } from "./lib/git.ts";
import { type KubeObject, render } from "./lib/kustomize.ts";
import { ENVIRONMENTS } from "./lib/overlay.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";
import { readTree, type Tree } from "./validate/tree.ts";

const OPTIONS = {
  json: { type: "boolean" },
  "exit-code": { type: "boolean" },
  limit: { type: "string", default: "60000" },
} as const;

/** All that is deployed, and nothing else. */
const FOLDERS = ["base", "overlays", "argocd", "policies"];

/** Shows what a pull request changes in what is deployed. */
export const diff: Script = {
  name: "diff",
  help: `Usage: bun scripts/diff.ts [BASE] [--json] [--exit-code] [--limit CHARACTERS]

Renders every environment, Argo CD's objects and the policies as they are in this checkout and as they were where it left
BASE (default: origin/main, else main), and prints the difference as Markdown: a table, the risks (what restarts, what is
deleted, what cannot be changed in place, which guards let more pass), and the lines. Nothing in the checkout is touched;
no cluster is asked.

  --json              print JSON instead
  --exit-code         end with 1 when something differs, as git diff does
  --limit CHARACTERS  leave out lines beyond this length (default: 60000; a GitHub comment takes 65536)

Exit status: 0 compared, 1 something differs (with --exit-code), 2 it could not be compared.`,
  run: async (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 0, most: 1, names: "" });
    if (!/^\d+$/.test(values.limit)) {
      throw new AppError("invalid", `--limit ${values.limit} is no number.`, { mend: "Use one like 60000." });
    }
    const base = await leftAt(io.root, positionals[0]);
    const differences = await withCommit(io.root, base, FOLDERS, async (before) => {
      const trees = [readTree(before), readTree(io.root)] as const;
      const found: TargetDifference[] = [];
      for (const target of targetsOf(trees)) {
        found.push({ target, changes: await changesOf(io.root, base, before, target) });
      }
      return found;
    });
    io.print(
      values.json
        ? JSON.stringify({ base, targets: differences.map(toJson) }, null, 2)
        : toMarkdown(differences, base.slice(0, 12), Number(values.limit)).trimEnd(),
    );
    const differs = differences.some(({ changes }) => changes.length > 0);
    return differs && values["exit-code"] ? EXIT.finding : EXIT.ok;
  },
};

/** The commit where this checkout's history left BASE: what came to BASE since is not this pull request's. */
async function leftAt(root: string, given: string | undefined): Promise<string> {
  const base = given ?? ((await known(root, "origin/main")) ? "origin/main" : "main");
  await commitOf(root, base);
  const { status, stdout } = await run(["git", "merge-base", base, "HEAD"], { cwd: root });
  if (status === 0) return stdout.trim();
  throw new AppError("invalid", `${base} and this checkout have no common history here.`, {
    mend: "In a shallow clone run git fetch --unshallow.",
  });
}

async function known(root: string, name: string): Promise<boolean> {
  return (
    (await run(["git", "rev-parse", "--verify", "--quiet", `${name}^{commit}`], { cwd: root })).status === 0
  );
}

/** Folders to render: environments in their order, then what else either side has. */
function targetsOf(trees: readonly Tree[]): string[] {
  const place = (name: string) => [...ENVIRONMENTS, name].indexOf(name);
  const names = [...new Set(trees.flatMap((tree) => tree.overlays))].sort((a, b) => place(a) - place(b));
  const overlays = names.map((name) => `overlays/${name}`);
  return [...new Set([...overlays, ...trees.flatMap((tree) => tree.others)])];
}

async function changesOf(root: string, base: string, before: string, target: string): Promise<Change[]> {
  const folders = target.startsWith("overlays/") ? ["base", "overlays"] : [target.split("/")[0] ?? target];
  if (!(await touched(root, base, folders))) return [];
  const [was, is] = await Promise.all([objectsOf(join(before, target)), objectsOf(join(root, target))]);
  return compare(was, is);
}

/** Whether the checkout, changes that are not committed included, has other files below `folders` than `base`. */
async function touched(root: string, base: string, folders: readonly string[]): Promise<boolean> {
  const tracked = await git(root, ["diff", "--name-only", base, "--", ...folders]);
  return (
    tracked !== "" ||
    (await git(root, ["ls-files", "--others", "--exclude-standard", "--", ...folders])) !== ""
  );
}

async function objectsOf(folder: string): Promise<readonly KubeObject[]> {
  return existsSync(join(folder, "kustomization.yaml")) ? (await render(folder)).objects : [];
}

function toJson({ target, changes }: TargetDifference) {
  return {
    target,
    changes: changes.map(({ name, before, after, text }) => ({
      name,
      change: before === undefined ? "added" : after === undefined ? "deleted" : "changed",
      text,
    })),
    risks: allRisks(changes).map(({ name, risk }) => ({ name, ...risk })),
  };
}

if (import.meta.main) process.exitCode = await runScript(diff, Bun.argv.slice(2), processIo());
