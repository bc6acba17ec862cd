import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { AppError } from "../../service/errors.ts";
import { output, run } from "../lib/exec.ts";
import { commitOf, refuseDirtyTree } from "../lib/git.ts";
import { type Environment, imageFile, readDigest, refuseMarker, secretsFile } from "../lib/overlay.ts";
import { decrypt, isMade } from "../lib/sops.ts";
import { tool } from "../lib/tools.ts";

/** Where Argo CD will take everything from. */
export interface Repository {
  readonly url: string;
  readonly branch: string;
}

/**
 * Refuses (AppError "conflict") what could not become a running environment: no released image, secrets that were not made,
 * changes that are not committed. Argo CD would only show it after a while, from inside of the cluster.
 */
export async function refuseUnready(root: string, environment: Environment): Promise<void> {
  refuseMarker(readDigest(root, environment), imageFile(environment));
  if (!isMade(root, environment)) {
    throw new AppError("conflict", `${environment} has no secrets yet (${secretsFile(environment)}).`, {
      mend: `Make and commit them: bun scripts/secrets.ts create ${environment}.`,
    });
  }
  await refuseDirtyTree(root);
}

/** The repository that argocd/repository names; the one place where it stands. */
export function readRepository(root: string): Repository {
  const file = "argocd/repository/repository.yaml";
  const { data } = parse(readFileSync(join(root, file), "utf8")) as { data?: Partial<Repository> };
  if (data?.url && data.branch) return { url: data.url, branch: data.branch };
  throw new AppError("invalid", `${file} does not say url and branch.`, {
    mend: "Put your repository's there.",
  });
}

/**
 * Refuses (AppError "conflict") a branch of the repository that is not at this checkout's commit: Argo CD deploys what is
 * pushed, not what is here. A repository that this machine cannot read is returned as a warning, as Argo CD may have a key
 * that we have not.
 */
export async function refuseUnpushed(root: string, { url, branch }: Repository): Promise<string | undefined> {
  const { status, stdout } = await run(["git", "ls-remote", url, `refs/heads/${branch}`], {
    cwd: root,
    env: { GIT_TERMINAL_PROMPT: "0" },
    timeoutMs: 60_000,
  });
  if (status !== 0)
    return `${url} cannot be read from here: make sure that this commit is pushed to ${branch}.`;
  const pushed = stdout.split("\t")[0] ?? "";
  const here = await commitOf(root, "HEAD");
  if (pushed === here) return undefined;
  throw new AppError(
    "conflict",
    `${branch} of ${url} is at ${pushed.slice(0, 12) || "no commit"}, not at ${here.slice(0, 12)}.`,
    {
      mend: "Push this checkout, or pull: Argo CD deploys what is there. argocd/repository/repository.yaml names it.",
    },
  );
}

/** Whether an environment's secrets are encrypted for an age key; else its pods ask a KMS. */
export function needsAgeKey(root: string, environment: Environment): boolean {
  const { sops } = parse(readFileSync(join(root, secretsFile(environment)), "utf8")) as {
    sops?: { age?: unknown };
  };
  return Array.isArray(sops?.age) && sops.age.length > 0;
}

/**
 * The private keys of a key file that an environment's secrets are encrypted for, and no others of the file. Refuses
 * (AppError "conflict") a file without any, or one that cannot decrypt.
 */
export async function clusterKeys(root: string, environment: Environment, keyFile: string): Promise<string> {
  const mend = "Name the file with the environment's private key: --key FILE.";
  if (!existsSync(keyFile)) throw new AppError("conflict", `There is no age key in ${keyFile}.`, { mend });
  const encrypted = readFileSync(join(root, secretsFile(environment)), "utf8");
  const keys: string[] = [];
  for (const key of readFileSync(keyFile, "utf8").match(/^AGE-SECRET-KEY-1\S+/gm) ?? []) {
    const recipient = (await output([await tool("age-keygen"), "-y"], { input: `${key}\n` })).trim();
    if (encrypted.includes(recipient)) keys.push(key);
  }
  if (keys.length === 0) {
    throw new AppError("conflict", `${secretsFile(environment)} is encrypted for no key in ${keyFile}.`, {
      mend,
    });
  }
  await decrypt(root, environment, keyFile);
  return `${keys.join("\n")}\n`;
}
