import { git } from "../../lib/git.ts";
import { type Environment, imageFile, readDigest } from "../../lib/overlay.ts";
import { promote } from "../../promote.ts";
import { application, argoCd, untilAt } from "../client/argocd.ts";
import { checkoutOf, script, tryScript } from "../client/scripts.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { runOnly } from "./02-merge-to-deploy.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { head, otherGood } from "./framework/environment.ts";
import type { Scenario, Standing, World } from "./framework/scenario.ts";

const ROLES = ["web", "poller", "worker"];

/** The soak time here; half an hour is what people give. */
const SOAK = "5s";

/** An autoscaler looks every 15 s, and has no metrics of new pods at first: longer than that, what is well stays well. */
const WELL_MS = 20_000;

/** How long prod is watched for a sync that nobody asked for. */
const LEFT_ALONE_MS = 10_000;

/** A release passes through all environments, each time by a commit of one line. */
export const scenario: Scenario = {
  number: 9,
  title: "Promotion dev → staging → prod, one line each, prod by a manual sync",
  run: async (world) => {
    const cluster = await world.cluster();
    const prod = await world.environment("prod");
    const staging = await world.environment("staging");
    const dev = await world.environment("dev");
    const digest = otherGood(await world.images(), prod.digest);
    if (dev.digest !== digest) {
      await script(cluster, promote, [digest, "dev", "--push"]);
      await arrived(world, cluster, dev, digest);
    }
    if (staging.digest !== digest) {
      await well(cluster, "dev");
      const early = await tryScript(cluster, promote, ["dev", "staging", "--soak", "1d"]);
      same(early.status, 1, "the exit status of a promotion before the soak time");
      claim(early.err.includes("dev has been well with it for"), `promote says why it refuses: ${early.err}`);
      await script(cluster, promote, ["dev", "staging", "--soak", SOAK, "--push"]);
      await arrived(world, cluster, staging, digest);
    }
    await well(cluster, "staging");
    await script(cluster, promote, ["staging", "prod", "--soak", SOAK, "--push"]);
    const commit = await head(cluster);
    await waitsForAPerson(cluster, commit, prod.digest, digest);
    await (await argoCd(cluster)).sync("prod", commit);
    await arrived(world, cluster, prod, digest);
  },
};

/** Waits until an environment has been well without a break for longer than the soak time. */
async function well(cluster: Cluster, environment: Environment): Promise<void> {
  let since = performance.now();
  await waitFor(`${environment} to stay well`, 3 * 60_000, async () => {
    const found = await application(cluster, environment);
    if (found?.status?.health?.status !== "Healthy") since = performance.now();
    return performance.now() - since > WELL_MS;
  });
}

/** The commit is one line of one file; the environment is well at it, and its pods run the image. */
async function arrived(
  world: World,
  cluster: Cluster,
  { environment, namespace, url }: Standing,
  digest: string,
): Promise<void> {
  const start = performance.now();
  const commit = await head(cluster);
  const changed = await git(checkoutOf(cluster), ["show", "--numstat", "--format=", commit]);
  same(changed, `1\t1\t${imageFile(environment)}`, `the lines that the promotion to ${environment} changes`);
  same(readDigest(checkoutOf(cluster), environment), digest, `the image of ${environment} in git`);
  await untilAt(cluster, environment, commit, 8 * 60_000);
  await waitFor(`${environment} to run the release alone`, 120_000, () =>
    runOnly(cluster, namespace, ROLES, digest),
  );
  const page = await fetch(`${url}/login`);
  claim(page.ok, `the page of ${environment} answers at ${url}`);
  await page.body?.cancel();
  world.note(`${environment}: healthy with the release after ${seconds(performance.now() - start)}`);
}

async function waitsForAPerson(
  cluster: Cluster,
  commit: string,
  before: string,
  digest: string,
): Promise<void> {
  const api = await argoCd(cluster);
  await waitFor("prod to be OutOfSync with the promotion", 60_000, async () => {
    const { status } = await api.get("prod", "normal");
    return status?.sync?.status === "OutOfSync" && status.sync.revision === commit;
  });
  await Bun.sleep(LEFT_ALONE_MS);
  const found = await application(cluster, "prod" satisfies Environment);
  const images = found?.status?.summary?.images ?? [];
  claim(
    images.some((image) => image.endsWith(before)),
    "prod still runs the release before",
  );
  claim(!images.some((image) => image.endsWith(digest)), "prod waits for a person");
}
