import { git } from "../../lib/git.ts";
import { applicationName, BY_HAND, type Environment, readDigest } from "../../lib/overlay.ts";
import { promote } from "../../promote.ts";
import { rollback } from "../../rollback.ts";
import { application, argoCd, syncingTo, untilAt } from "../client/argocd.ts";
import { find, podsOf } from "../client/kubectl.ts";
import { probe } from "../client/probe.ts";
import { checkoutOf, script, tryScript } from "../client/scripts.ts";
import { waitFor } from "../client/wait.ts";
import { digestOf } from "../remote/checkout.ts";
import type { Cluster } from "../types.ts";
import { runOnly } from "./02-merge-to-deploy.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { head, setDigest } from "./framework/environment.ts";
import type { Scenario, Standing, World } from "./framework/scenario.ts";

interface Rollout {
  readonly status?: { readonly abort?: boolean; readonly message?: string; readonly replicas?: number };
}

/** base/components/canary: the deadline of a version that never gets ready is 180 s; starting and judging take more. */
const ABORT_MS = 6 * 60_000;

/** From the abort to the last request to the canary: a good pod starts in its place. */
const GONE_MS = 60_000;

/** Of the first step of prod, where one pod of four is the new one; connections are spread at random. */
const SHARE_AT_MOST = 0.25 + 0.1;

const REQUESTS_A_SECOND = 20;

/** Bad releases on the two environments that have canaries; staging follows git by itself, prod by a person. */
export const scenario: Scenario = {
  number: 3,
  title: "A bad release (crashes, never ready, failing requests) is taken back, and rolled back for good",
  run: async (world) => {
    const cluster = await world.cluster();
    const images = await world.images();
    const staging = await world.environment("staging");
    const prod = await world.environment("prod");
    // Side by side, as both wait for the deadline of three minutes.
    await twoAtOnce(
      () => bad(world, cluster, staging, "crashes", digestOf(images["schemawatch-crash"])),
      () => bad(world, cluster, prod, "never ready", digestOf(images["schemawatch-never-ready"])),
    );
    await bad(world, cluster, prod, "failing requests", digestOf(images["schemawatch-failing"]));
  },
};

/** Both to their ends, whichever fails. */
async function twoAtOnce(...work: readonly (() => Promise<void>)[]): Promise<void> {
  const ended = await Promise.allSettled(work.map((one) => one()));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}

/** Only one may change the clone of the repository at a time. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = turn.then(work, work);
  turn = next.catch(() => {});
  return next;
}

async function bad(
  world: World,
  cluster: Cluster,
  { environment, url, namespace, digest: good }: Standing,
  what: string,
  digest: string,
): Promise<void> {
  const users = probe(`${url}/login`, REQUESTS_A_SECOND);
  const start = performance.now();
  const commit = await inTurn(() => setDigest(cluster, environment, digest, `A release that ${what}`));
  await pressSync(cluster, environment, commit);
  await waitFor(`the canary of ${environment} (${what}) to be aborted`, ABORT_MS, async () => {
    const rollout = await find<Rollout>(cluster, namespace, "rollout/web");
    return rollout?.status?.abort === true;
  });
  const aborted = performance.now() - start;
  // A pod of the good release takes the canary's place before that goes: no mesh takes its share of requests from it.
  await waitFor(`the canary of ${environment} (${what}) to be gone`, GONE_MS, async () => {
    const pods = await podsOf(cluster, namespace, "web");
    return !pods.some(({ spec }) => spec.containers.some(({ image }) => image.endsWith(digest)));
  });
  const gone = performance.now() - start;
  const degraded = await waitFor(`${environment} (${what}) to be Degraded`, 60_000, async () => {
    const found = await application(cluster, environment);
    return found?.status?.health?.status === "Degraded" && found;
  });
  const revision = degraded.status?.sync?.revision ?? "";
  claim(await holds(cluster, revision, commit), `${environment} is Degraded at ${commit}, not ${revision}`);
  if (environment === "staging") await inTurn(() => promotionIsRefused(cluster));

  // Requests already on their way to the canary end with it.
  await Bun.sleep(5_000);
  const { requests, failures } = await users.stop();
  const share = shareOf(failures, REQUESTS_A_SECOND);
  world.note(
    `${environment}, ${what}: aborted after ${seconds(aborted)}, gone after ${seconds(gone)}; ${failures.length} of ${requests} requests failed` +
      (failures.length === 0 ? "" : `, ${(share * 100).toFixed(0)} % while the canary served`),
  );
  if (what === "failing requests") {
    claim(failures.length > 0, "the canary serves its share before it is judged");
    claim(share <= SHARE_AT_MOST, `users see at most the canary's share of errors (${share.toFixed(2)})`);
    claim(
      failures.every(({ atMs }) => atMs < gone + 5_000),
      "users see no error once the canary is gone",
    );
  } else same(failures, [], `failed requests of a release that ${what}`);

  await inTurn(() => script(cluster, rollback, [environment, "--reason", what, "--push"]));
  const back = await inTurn(() => head(cluster));
  same(readDigest(checkoutOf(cluster), environment), good, `the image of ${environment} after the rollback`);
  const rolledBack = performance.now();
  await pressSync(cluster, environment, back);
  await settledAt(cluster, environment, back);
  world.note(`${environment}, ${what}: rolled back after ${seconds(performance.now() - rolledBack)}`);
  await onlyGoodRuns(cluster, namespace, good);

  // Nothing brings the bad release back: Argo CD compares anew, and what runs stays.
  await (await argoCd(cluster)).get(environment, "hard");
  await Bun.sleep(5_000);
  await onlyGoodRuns(cluster, namespace, good);
}

function onlyGoodRuns(cluster: Cluster, namespace: string, good: string): Promise<boolean> {
  return waitFor(`only the good release to run in ${namespace}`, 120_000, () =>
    runOnly(cluster, namespace, ["web", "poller", "worker"], good),
  );
}

/** As `rollback` says it: a sync that still waits for the bad release is ended; in prod a person presses Sync. */
async function pressSync(cluster: Cluster, environment: Environment, commit: string): Promise<void> {
  const api = await argoCd(cluster);
  const found = await api.get(environment, "normal");
  if (![undefined, commit].includes(syncingTo(found))) await api.terminate(environment);
  if (environment !== BY_HAND) return;
  const revision = await waitFor(`prod to be compared with ${commit}`, 90_000, async () => {
    const found = await api.get(environment, "normal");
    const compared = found.status?.sync?.revision ?? "";
    return found.operation === undefined && (await holds(cluster, compared, commit)) && compared;
  });
  await api.sync(environment, revision);
}

/** Another environment's commits may come on top meanwhile. */
async function settledAt(cluster: Cluster, environment: Environment, commit: string): Promise<void> {
  await waitFor(
    `${applicationName(environment)} to be well at ${commit.slice(0, 12)} or later`,
    5 * 60_000,
    async () => {
      const found = await application(cluster, environment);
      const revision = found?.status?.sync?.revision ?? "";
      if (!(await holds(cluster, revision, commit))) return false;
      return untilAt(cluster, environment, revision, 1_000).catch(() => false);
    },
  );
}

/** Whether a revision is a commit or has come after it: the other environment's commits lie between. */
async function holds(cluster: Cluster, revision: string, commit: string): Promise<boolean> {
  if (revision === "") return false;
  return (await git(checkoutOf(cluster), ["merge-base", commit, revision])) === commit;
}

async function promotionIsRefused(cluster: Cluster): Promise<void> {
  const { status, err } = await tryScript(cluster, promote, ["staging", "prod", "--soak", "0s"]);
  same(status, 1, "the exit status of promoting a bad release");
  claim(/cannot be promoted: .*Degraded/.test(err), `promote says why it refuses: ${err}`);
}

/** The share of requests that failed between the first failure and the last. */
function shareOf(failures: readonly { readonly atMs: number }[], perSecond: number): number {
  const times = failures.map(({ atMs }) => atMs);
  if (times.length < 2) return 0;
  const spanMs = Math.max(...times) - Math.min(...times);
  return times.length / ((spanMs / 1000) * perSecond + 1);
}
