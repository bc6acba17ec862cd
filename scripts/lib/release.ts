import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { run } from "./exec.ts";
import { commitFile, git, pushChange } from "./git.ts";
import { applicationName, BY_HAND, type Environment, imageFile, shortDigest, withDigest } from "./overlay.ts";
import type { ScriptIo } from "./script.ts";

/** A new digest for an environment, and how it is to reach git. */
export interface Release {
  readonly environment: Environment;
  readonly digest: string;
  readonly subject: string;
  /** Paragraphs and trailers below the subject. */
  readonly body: string;
  /** What branch a pull request gets: PREFIX/ENVIRONMENT-DIGEST. */
  readonly prefix: "promote" | "rollback";
}

export interface Way {
  readonly push: boolean;
  readonly pullRequest: boolean;
  readonly remote: string;
}

export const WAY_OPTIONS = {
  push: { type: "boolean" },
  pr: { type: "boolean" },
  remote: { type: "string", default: "origin" },
} as const;

export const WAY_HELP = `  --push           push the commit to the branch that this checkout is on
  --pr             leave this checkout as it is; push the commit as a branch of its own, and open a pull request with gh
                   where that is installed
  --remote NAME    where to push (default: origin)
  --dry-run        check and say what would be done, change nothing
  --json           print the result as JSON`;

export interface Released {
  readonly commit: string;
  /** The branch that was pushed, if any. */
  readonly branch?: string;
}

/** Brings a release into git the way that was asked for: one commit that changes one line of one file. */
export async function release(io: ScriptIo, what: Release, way: Way): Promise<Released> {
  if (way.push && way.pullRequest) {
    throw new AppError("invalid", "--push and --pr exclude each other.", { mend: "Give one of them." });
  }
  const path = imageFile(what.environment);
  const content = withDigest(io.root, what.environment, what.digest);
  const message = `${what.subject}\n\n${what.body}\n`;
  if (way.pullRequest) {
    const branch = `${what.prefix}/${what.environment}-${shortDigest(what.digest)}`;
    const commit = await pushChange(io.root, { path, content, message }, { remote: way.remote, branch });
    await openPullRequest(io, what, branch);
    return { commit, branch };
  }
  writeFileSync(join(io.root, path), content);
  const commit = await commitFile(io.root, path, message);
  if (!way.push) return { commit };
  const branch = await git(io.root, ["symbolic-ref", "--short", "HEAD"]);
  await git(io.root, ["push", "--quiet", way.remote, `HEAD:refs/heads/${branch}`]);
  return { commit, branch };
}

/** What is left to do by a person after the commit is on the branch that Argo CD follows. */
export function nextSteps(environment: Environment, commit: string, way: Way): string[] {
  const merged = way.push ? [] : [way.pullRequest ? "Merge the pull request." : "Push the commit."];
  if (environment !== BY_HAND) return [...merged, "Argo CD then syncs it by itself."];
  const name = applicationName(environment);
  const revision = way.push ? ` --revision ${commit}` : "";
  return [
    ...merged,
    `${environment} waits for a person: press Sync on ${name} in Argo CD's page, or run: argocd app sync ${name}${revision}`,
  ];
}

async function openPullRequest(io: ScriptIo, { subject, body }: Release, branch: string): Promise<void> {
  if (Bun.which("gh", { PATH: io.env.PATH ?? "" }) === null) {
    io.warn(`gh is not installed: open the pull request of ${branch} by hand.`);
    return;
  }
  const create = ["gh", "pr", "create", "--head", branch, "--title", subject, "--body", body];
  const { status, stdout, stderr } = await run(create, { cwd: io.root, env: io.env });
  if (status === 0) io.warn(stdout.trim());
  else io.warn(`The branch ${branch} is pushed, but gh could not open its pull request: ${stderr.trim()}`);
}
