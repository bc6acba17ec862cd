import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../service/errors.ts";
import { git } from "../../lib/git.ts";
import { imageFile, withDigest } from "../../lib/overlay.ts";
import { application, untilAt } from "../client/argocd.ts";
import { isReady, podsOf } from "../client/kubectl.ts";
import { probe } from "../client/probe.ts";
import { checkoutOf } from "../client/scripts.ts";
import type { ServiceApi } from "../client/service.ts";
import { countRuns } from "../client/store.ts";
import { waitFor } from "../client/wait.ts";
import { commitAll } from "../remote/checkout.ts";
import type { Cluster } from "../types.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { head, otherGood } from "./framework/environment.ts";
import type { Scenario } from "./framework/scenario.ts";

const REQUESTS_A_SECOND = 50;
const TRIGGERS_A_SECOND = 5;
const TRIES = 3;
const ROLES = ["web", "poller", "worker"];

/** Pods of a role that run an image, ready; every other pod of it is gone. */
export async function runOnly(
  cluster: Cluster,
  namespace: string,
  roles: readonly string[],
  digest: string,
): Promise<boolean> {
  const pods = (await Promise.all(roles.map((role) => podsOf(cluster, namespace, role)))).flat();
  const ours = (pod: (typeof pods)[number]) =>
    pod.spec.containers.some(({ image }) => image.endsWith(`@${digest}`));
  return pods.length >= roles.length && pods.every((pod) => ours(pod) && isReady(pod));
}

/** A merge rolls out under load, and nobody notices. */
export const scenario: Scenario = {
  number: 2,
  title: "Merge to deploy: a rollout that fails no request and loses no run",
  run: async (world) => {
    const cluster = await world.cluster();
    const dev = await world.environment("dev");
    const digest = otherGood(await world.images(), dev.digest);
    await dev.api.watching(["shop"], 60_000);

    const users = probe(`${dev.url}/login`, REQUESTS_A_SECOND);
    const work = trigger(dev.api);
    await Bun.sleep(3_000);
    await proposeAndMerge(cluster, digest);
    const start = performance.now();
    await git(checkoutOf(cluster), ["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    const revision = await head(cluster);
    await untilAt(cluster, "dev", revision, 5 * 60_000);
    world.note(`push to Synced and Healthy: ${seconds(performance.now() - start)}`);
    // A health rule that fails ends a sync too; another try hides it, and costs half a minute.
    const { operationState } = (await application(cluster, "dev"))?.status ?? {};
    same(operationState?.retryCount ?? 0, 0, "how often the sync was tried again");
    // The old pods take leave after that, with requests and runs still on them.
    await waitFor("only the new release to run", 120_000, () =>
      runOnly(cluster, dev.namespace, ROLES, digest),
    );
    await Bun.sleep(8_000);
    const { requests, failures, slowestMs } = await users.stop();
    world.note(`${requests} requests, ${failures.length} failed, the slowest answer ${seconds(slowestMs)}`);
    const { ids, again } = await work.stop();
    same(failures, [], `failed requests of ${requests}`);
    await Promise.all(ids.map((id) => dev.api.ended(id, 120_000)));
    const count = await countRuns(cluster, "dev", ids);
    world.note(`${ids.length} runs triggered meanwhile (${again} asked for again): ${JSON.stringify(count)}`);
    claim(ids.length > 50, `more than 50 runs were triggered (${ids.length})`);
    same(
      { ...count, stepCounts: count.stepCounts.length },
      { runs: ids.length, succeeded: ids.length, repeatedSteps: 0, stepCounts: 1 },
      "the runs in the store",
    );
  },
};

/** A branch with one commit, merged as a git host merges a pull request. */
async function proposeAndMerge(cluster: Cluster, digest: string): Promise<void> {
  const root = checkoutOf(cluster);
  await git(root, ["checkout", "--quiet", "-B", "release"]);
  writeFileSync(join(root, imageFile("dev")), withDigest(root, "dev", digest));
  await commitAll(cluster, "Take the new release into dev");
  await git(root, ["push", "--quiet", "--force", "origin", "release"]);
  await git(root, ["checkout", "--quiet", "main"]);
  await git(root, ["merge", "--quiet", "--no-ff", "--message=Merge pull request #1", "release"]);
}

/**
 * Triggers runs of shop at a steady pace until `stop`, which returns their ids. A client that holds its connection may lose
 * it with a request on it when the pod goes; it then asks again with the same Idempotency-Key, as the API's document says.
 */
function trigger(api: ServiceApi): { stop(): Promise<{ ids: number[]; again: number }> } {
  const asked: Promise<number>[] = [];
  let again = 0;
  const one = async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    for (let left = TRIES; ; left--) {
      try {
        return (await api.ask<{ id: number }>("POST", "/databases/shop/runs", headers)).id;
      } catch (error) {
        if (!(error instanceof AppError && error.code === "unavailable") || left === 1) throw error;
        again += 1;
      }
    }
  };
  const timer = setInterval(() => {
    const run = one();
    // Kept for `stop`; until then it is no unhandled rejection.
    run.catch(() => {});
    asked.push(run);
  }, 1000 / TRIGGERS_A_SECOND);
  return {
    stop: async () => {
      clearInterval(timer);
      return { ids: await Promise.all(asked), again };
    },
  };
}
