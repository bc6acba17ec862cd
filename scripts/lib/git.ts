import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { output, run } from "./exec.ts";

/** What git says, without the line end. Throws AppError "invalid" with git's words when it fails. */
export async function git(root: string, args: readonly string[], input?: string): Promise<string> {
  const said = await output(["git", ...args], { cwd: root, ...(input === undefined ? {} : { input }) });
  return said.replace(/\n$/, "");
}

/** Refuses (AppError "conflict") a checkout with changes that are not committed: a commit must hold what it says only. */
export async function refuseDirtyTree(root: string): Promise<void> {
  const changes = await git(root, ["status", "--porcelain"]);
  if (changes === "") return;
  const [first = ""] = changes.split("\n");
  throw new AppError("conflict", `The checkout has changes that are not committed, e.g. ${first.slice(3)}.`, {
    mend: "Commit them or put them away first.",
  });
}

/** The full id of a commit; AppError "invalid" when git does not know it. */
export async function commitOf(root: string, name: string): Promise<string> {
  const { status, stdout } = await run(
    ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`],
    {
      cwd: root,
    },
  );
  if (status === 0) return stdout.trim();
  throw new AppError("invalid", `This checkout knows no commit ${name}.`, {
    mend: "Fetch it (git fetch origin), or name another.",
  });
}

/** A file as it is in a commit; undefined when that commit has none. */
export async function fileAt(root: string, commit: string, path: string): Promise<string | undefined> {
  const { status, stdout } = await run(["git", "show", `${commit}:${path}`], { cwd: root });
  return status === 0 ? stdout : undefined;
}

/**
 * Calls `work` with a temporary folder that holds those of `paths` that are in a commit. The checkout, its index and its
 * list of worktrees stay untouched; the folder is gone afterwards.
 */
export async function withCommit<T>(
  root: string,
  commit: string,
  paths: readonly string[],
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-commit-"));
  try {
    const listed = await git(root, ["ls-tree", "--name-only", commit, "--", ...paths]);
    const present = listed.split("\n").filter((path) => path !== "");
    if (present.length > 0) {
      const archive = join(folder, ".archive.tar");
      await git(root, ["archive", "--format=tar", `--output=${archive}`, commit, "--", ...present]);
      await output(["tar", "-xf", archive, "-C", folder]);
      rmSync(archive);
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Commits one file as it now is in the checkout, and nothing else; returns the commit's id. */
export async function commitFile(root: string, path: string, message: string): Promise<string> {
  await git(root, ["commit", "--quiet", "--file=-", "--", path], message);
  return commitOf(root, "HEAD");
}

/**
 * Makes a commit on top of HEAD in which one file has other contents, and points `branch` of the remote to it. The checkout,
 * its branch and its index stay as they are; a branch of an earlier attempt is replaced. Returns the commit's id; throws AppError "invalid" with git's words when the
 * remote refuses.
 */
export async function pushChange(
  root: string,
  change: { readonly path: string; readonly content: string; readonly message: string },
  target: { readonly remote: string; readonly branch: string },
): Promise<string> {
  const blob = await git(root, ["hash-object", "-w", "--stdin", `--path=${change.path}`], change.content);
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-index-"));
  const withIndex = { cwd: root, env: { GIT_INDEX_FILE: join(scratch, "index") } };
  try {
    await output(["git", "read-tree", "HEAD"], withIndex);
    await output(["git", "update-index", "--cacheinfo", `100644,${blob},${change.path}`], withIndex);
    const tree = (await output(["git", "write-tree"], withIndex)).trim();
    // commit-tree does not look at the setting by itself.
    const { stdout } = await run(["git", "config", "--type=bool", "commit.gpgSign"], { cwd: root });
    const sign = stdout.trim() === "true" ? ["-S"] : [];
    const commit = await git(root, ["commit-tree", tree, "-p", "HEAD", ...sign, "-F", "-"], change.message);
    await git(root, ["push", "--quiet", "--force", target.remote, `${commit}:refs/heads/${target.branch}`]);
    return commit;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
