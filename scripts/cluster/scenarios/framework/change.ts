import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../../lib/git.ts";
import { checkoutOf } from "../../client/scripts.ts";
import { commitAll, push } from "../../remote/checkout.ts";
import type { ClusterFacts } from "../../types.ts";
import { head } from "./environment.ts";

/** Changes one file of the cluster's clone. */
export function editFile(cluster: ClusterFacts, file: string, change: (text: string) => string): void {
  const path = join(checkoutOf(cluster), file);
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

/** Commits what was changed and pushes it; returns the commit. */
export async function deliver(cluster: ClusterFacts, message: string): Promise<string> {
  const commit = await commitAll(cluster, message);
  await push(cluster);
  return commit;
}

/** Takes everything since a commit back by a new commit, and pushes it; returns that commit. */
export async function takeBack(cluster: ClusterFacts, since: string, message: string): Promise<string> {
  const root = checkoutOf(cluster);
  await git(root, ["checkout", "--quiet", since, "--", "."]);
  const gone = await git(root, ["diff", "--name-only", "--diff-filter=A", since, "HEAD"]);
  if (gone !== "")
    await git(root, ["rm", "--quiet", "--force", "--ignore-unmatch", "--", ...gone.split("\n")]);
  if ((await git(root, ["status", "--porcelain"])) === "") return head(cluster);
  return deliver(cluster, message);
}
