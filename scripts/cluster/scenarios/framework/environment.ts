import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "../../../bootstrap.ts";
import { git } from "../../../lib/git.ts";
import {
  applicationName,
  BY_HAND,
  ENVIRONMENTS,
  type Environment,
  imageFile,
  readDigest,
  withDigest,
} from "../../../lib/overlay.ts";
import { promote } from "../../../promote.ts";
import { application, argoCd, syncingTo, untilAt } from "../../client/argocd.ts";
import { checkoutOf, script } from "../../client/scripts.ts";
import { pageUrl, ServiceApi } from "../../client/service.ts";
import { ask } from "../../client/sql.ts";
import { waitFor } from "../../client/wait.ts";
import { commitAll, digestOf, makeSecrets, push } from "../../remote/checkout.ts";
import { managedUrl } from "../../remote/managed-database.ts";
import { excluded } from "../../remote/own.ts";
import type { Cluster, ClusterFacts } from "../../types.ts";
import type { Standing } from "./scenario.ts";

/** A rollout with canary steps and their analysis, on a busy machine. */
const WITHIN_MS = 8 * 60_000;

/** Two releases that are both well; which of them an environment has does not matter. */
export type Good = "schemawatch" | "schemawatch-next";

const WHERE = "argocd/apps/environments.yaml";

/**
 * Brings an environment to a good release, Synced and Healthy at the newest commit, whatever a scenario before left.
 * staging and prod are set up by step 9 of docs/deploy.md when they are not there yet, in their order.
 */
export async function bring(
  cluster: Cluster,
  images: Readonly<Record<Good, string>>,
  environment: Environment,
): Promise<Standing> {
  await forgetChanges(cluster);
  const good = [digestOf(images.schemawatch), digestOf(images["schemawatch-next"])];
  if (isLeftOut(cluster, environment)) {
    const before = ENVIRONMENTS[ENVIRONMENTS.indexOf(environment) - 1] ?? "dev";
    await bring(cluster, images, before);
    await setUp(cluster, before, environment);
  } else if (!good.includes(readDigest(checkoutOf(cluster), environment))) {
    await setDigest(cluster, environment, good[0] ?? "", "Go back to the good release");
  }
  const revision = await head(cluster);
  await settle(cluster, environment, revision);
  return standing(cluster, environment, revision);
}

/** The commit of the cluster's clone. */
export function head(cluster: ClusterFacts): Promise<string> {
  return git(checkoutOf(cluster), ["rev-parse", "HEAD"]);
}

/** Commits another image for an environment and pushes it; returns the commit. */
export async function setDigest(
  cluster: ClusterFacts,
  environment: Environment,
  digest: string,
  message: string,
): Promise<string> {
  const root = checkoutOf(cluster);
  writeFileSync(join(root, imageFile(environment)), withDigest(root, environment, digest));
  const commit = await commitAll(cluster, message);
  await push(cluster);
  return commit;
}

/** Takes the clone to what is pushed: what a scenario that failed left there is gone. */
export async function forgetChanges(cluster: ClusterFacts): Promise<void> {
  const root = checkoutOf(cluster);
  await git(root, ["fetch", "--quiet", "origin"]);
  await git(root, ["checkout", "--quiet", "--force", "-B", "main", "origin/main"]);
  await git(root, ["clean", "--quiet", "--force", "-d"]);
}

/** Waits until an environment is at a commit; presses Sync where a person has to, and ends a sync that hangs elsewhere. */
export async function settle(
  cluster: ClusterFacts,
  environment: Environment,
  revision: string,
): Promise<void> {
  const api = await argoCd(cluster);
  const found = await waitFor(`the Application of ${environment}`, 120_000, () =>
    application(cluster, environment),
  );
  if (![undefined, revision].includes(syncingTo(found))) await api.terminate(environment);
  // Argo CD starts no other sync while one is being ended.
  await waitFor(`the ended sync of ${environment} to be over`, 120_000, async () => {
    const now = await application(cluster, environment);
    return now?.status?.operationState?.phase !== "Terminating";
  });
  if (environment === BY_HAND) {
    const compared = await waitFor(`${environment} to be compared with ${revision}`, 120_000, async () => {
      const { status } = await api.get(environment, "normal");
      return status?.sync?.revision === revision && status;
    });
    const failed = compared.operationState !== undefined && compared.operationState.phase !== "Succeeded";
    if (compared.sync?.status !== "Synced" || failed) await api.sync(environment, revision);
  } else {
    const { status } = await api.get(environment, "normal");
    // Auto-sync does not try a commit again at which it failed or was ended.
    const failed = !["Running", "Succeeded", undefined].includes(status?.operationState?.phase);
    if (failed && status?.sync?.status === "OutOfSync") await api.sync(environment);
  }
  await untilAt(cluster, environment, revision, WITHIN_MS);
}

async function standing(
  cluster: ClusterFacts,
  environment: Environment,
  revision: string,
): Promise<Standing> {
  return {
    environment,
    namespace: applicationName(environment),
    url: await pageUrl(cluster, environment),
    api: await ServiceApi.of(cluster, environment),
    revision,
    digest: readDigest(checkoutOf(cluster), environment),
  };
}

/** The good release that a digest is not. */
export function otherGood(images: Readonly<Record<Good, string>>, digest: string): string {
  const [one, next] = [digestOf(images.schemawatch), digestOf(images["schemawatch-next"])];
  return digest === one ? next : one;
}

function isLeftOut(cluster: ClusterFacts, environment: Environment): boolean {
  return readFileSync(join(checkoutOf(cluster), WHERE), "utf8").includes(excluded(environment));
}

/** Step 9 of docs/deploy.md; the age key comes by `bootstrap`, as a KMS would not need. */
async function setUp(cluster: Cluster, before: Environment, environment: Environment): Promise<void> {
  cluster.log(`set up ${environment}`);
  const root = checkoutOf(cluster);
  await makeSecrets(cluster, environment, {
    "database-url": await makeDatabase(cluster, "schemawatch", environment),
    "orders-url": await makeDatabase(cluster, "orders", environment),
  });
  await commitAll(cluster, `Set up ${environment}`);
  await script(cluster, promote, [before, environment, "--soak", "0s"]);
  const file = join(root, WHERE);
  writeFileSync(file, readFileSync(file, "utf8").replace(excluded(environment), ""));
  await commitAll(cluster, `Let Argo CD make ${environment}`);
  await push(cluster);
  await script(cluster, bootstrap, ["--environment", environment, "--key", cluster.ageKeyFile]);
}

/** A role and a database of its own on the managed server; returns their URL as the pods use it. */
async function makeDatabase(cluster: ClusterFacts, name: string, environment: Environment): Promise<string> {
  const own = `${name}_${environment}`;
  const password = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64url");
  const [role] = await ask(managedUrl(cluster), "select from pg_roles where rolname = $1", [own]);
  await ask(
    managedUrl(cluster),
    `${role === undefined ? "create" : "alter"} role ${own} login password '${password}'`,
  );
  if (role === undefined) await ask(managedUrl(cluster), `create database ${own} owner ${own}`);
  return `postgres://${own}:${password}@postgres/${own}?sslmode=require`;
}
