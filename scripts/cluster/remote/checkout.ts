import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { output } from "../../lib/exec.ts";
import { commitOf, git } from "../../lib/git.ts";
import { makeAgeKey, recipientOf } from "../../lib/sops.ts";
import { ROOT } from "../../lib/tools.ts";
import { promote } from "../../promote.ts";
import { secrets } from "../../secrets.ts";
import { checkoutOf, script } from "../client/scripts.ts";
import { moduleSource } from "../machine/binaries.ts";
import type { Cluster, ClusterFacts } from "../types.ts";
import { applyEdits } from "./edit.ts";
import { type OwnFacts, ownEdits } from "./own.ts";

/** References NAME@DIGEST of the images that are deployed, as the cluster's registry has them. */
export type Images = Readonly<Record<"schemawatch" | keyof OwnFacts["digests"], string>>;

/** The digest of a reference. */
export function digestOf(reference: string): string {
  return reference.slice(reference.indexOf("@") + 1);
}

/** The bare repositories of a cluster lie side by side. */
export function repositoriesOf({ remote }: ClusterFacts): string {
  return dirname(remote);
}

/** Makes an empty bare repository beside the others; its path. Does nothing when it is there. */
export async function makeBare(cluster: ClusterFacts, name: string): Promise<string> {
  const folder = join(repositoriesOf(cluster), name);
  if (existsSync(folder)) return folder;
  mkdirSync(repositoriesOf(cluster), { recursive: true });
  await git(repositoriesOf(cluster), ["init", "--quiet", "--bare", "--initial-branch=main", name]);
  // This checkout may be a shallow one, as CI has it.
  await git(folder, ["config", "receive.shallowUpdate", "true"]);
  return folder;
}

/**
 * Brings the cluster's repository to this checkout's HEAD: made by the steps of docs/deploy.md when it is new, else by
 * merging what came since, as a fork does. Work that is not committed is not deployed.
 */
export async function bringRemote(cluster: Cluster, images: Images): Promise<void> {
  const head = await commitOf(ROOT, "HEAD");
  const checkout = checkoutOf(cluster);
  if (existsSync(checkout)) {
    await git(checkout, ["fetch", "--quiet", ROOT, "HEAD"]);
    await git(checkout, ["merge", "--quiet", "--no-edit", "FETCH_HEAD"]);
  } else {
    await mirrorRollouts(cluster);
    await makeBare(cluster, "schemawatch.git");
    await git(ROOT, ["clone", "--quiet", ROOT, checkout]);
    await git(checkout, ["checkout", "--quiet", "-B", "main", head]);
    await git(checkout, ["remote", "set-url", "origin", cluster.remoteUrl]);
    await identify(checkout);
    await makeItOurs(cluster, images);
  }
  await git(checkout, ["push", "--quiet", "origin", "main"]);
}

/** Commits in a clone bear this name. */
export async function identify(checkout: string): Promise<void> {
  await git(checkout, ["config", "user.name", "Deployer"]);
  await git(checkout, ["config", "user.email", "deployer@example.com"]);
  await git(checkout, ["config", "commit.gpgSign", "false"]);
}

/** Commits all of the clone's changes; returns the commit's id. */
export async function commitAll(cluster: ClusterFacts, message: string): Promise<string> {
  const checkout = checkoutOf(cluster);
  await git(checkout, ["add", "--all"]);
  await git(checkout, ["commit", "--quiet", `--message=${message}`]);
  return commitOf(checkout, "HEAD");
}

/** Pushes main; the server tells Argo CD's webhook. */
export async function push(cluster: ClusterFacts): Promise<void> {
  await git(checkoutOf(cluster), ["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
}

/** Where the first access token of an environment is kept, which `secrets create` shows once. */
export function tokenFile({ folder }: ClusterFacts, environment: string): string {
  return join(folder, "tokens", environment);
}

/** Makes an environment's secrets by the script, and keeps the token that it shows. */
export async function makeSecrets(
  cluster: ClusterFacts,
  environment: string,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  const from = Object.keys(values).length === 0 ? [] : ["--from", "-"];
  const said = await script(
    cluster,
    secrets,
    ["create", environment, "--key", cluster.ageKeyFile, ...from],
    JSON.stringify(values),
  );
  const file = tokenFile(cluster, environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, said.trim().split("\n").at(-1) ?? "", { mode: 0o600 });
}

/** Steps 2 to 5 of docs/deploy.md. */
async function makeItOurs(cluster: Cluster, images: Images): Promise<void> {
  const checkout = checkoutOf(cluster);
  if (!existsSync(cluster.ageKeyFile)) await makeAgeKey(checkout, cluster.ageKeyFile);
  await nameRegistry(checkout, images.schemawatch.slice(0, images.schemawatch.lastIndexOf("/")));
  const { argocd, redis, rollouts, postgres, sops, git: gitImage } = images;
  applyEdits(
    checkout,
    ownEdits({
      remoteUrl: cluster.remoteUrl,
      rolloutsUrl: rolloutsUrl(cluster),
      databaseHost: cluster.hostName,
      digests: {
        argocd: digestOf(argocd),
        redis: digestOf(redis),
        rollouts: digestOf(rollouts),
        postgres: digestOf(postgres),
        sops: digestOf(sops),
        git: digestOf(gitImage),
      },
      recipient: await recipientOf(cluster.ageKeyFile),
    }),
  );
  await commitAll(cluster, "Make it ours");
  await script(cluster, promote, [digestOf(images.schemawatch), "dev"]);
  await makeSecrets(cluster, "dev");
  await commitAll(cluster, "Set up dev");
}

/** Step 2: `git grep -l ghcr.io/schemawatch/ -- ':!docs' | xargs perl -pi -e 's#ghcr\.io/schemawatch/#REGISTRY/#g'`. */
async function nameRegistry(checkout: string, registry: string): Promise<void> {
  const files = await git(checkout, ["grep", "-l", "ghcr.io/schemawatch/", "--", ":!docs"]);
  for (const file of files.split("\n")) {
    const path = join(checkout, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("ghcr.io/schemawatch/", `${registry}/`));
  }
}

function rolloutsUrl({ remoteUrl }: ClusterFacts): string {
  return new URL("argo-rollouts.git", remoteUrl).href;
}

/** A repository with the manifests that the pinned Go module of Argo Rollouts brings, tagged as its release is. */
async function mirrorRollouts(cluster: Cluster): Promise<void> {
  const bare = await makeBare(cluster, "argo-rollouts.git");
  const { source, version } = await moduleSource("rollouts", "github.com/argoproj/argo-rollouts");
  const work = mkdtempSync(join(tmpdir(), "schemawatch-mirror-"));
  try {
    await git(work, ["init", "--quiet", "--initial-branch=main"]);
    await identify(work);
    mkdirSync(join(work, "manifests"));
    for (const part of ["base", "cluster-install", "crds", "role"]) {
      await output(["cp", "-r", join(source, "manifests", part), join(work, "manifests", part)]);
    }
    await git(work, ["add", "--all"]);
    await git(work, ["commit", "--quiet", `--message=${version}`]);
    await git(work, ["tag", version]);
    await git(work, ["push", "--quiet", "--force", bare, "main", version]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
