import { untilAt } from "../client/argocd.ts";
import { isReady, podsOf, untilReady } from "../client/kubectl.ts";
import { probe } from "../client/probe.ts";
import type { ServiceApi } from "../client/service.ts";
import { storeRows } from "../client/store.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { deliver, editFile } from "./framework/change.ts";
import { devReplicas, type Edits, withDevChanged } from "./framework/committed.ts";
import { head, settle } from "./framework/environment.ts";
import type { Scenario, World } from "./framework/scenario.ts";

const NAMESPACE = "schemawatch-dev";
/** The runs of one database follow each other, so that many workers need many databases. */
const DATABASES = 16;
const RUNS_A_DATABASE = 20;
/** Before each measurement: a worker that has just started pays for that out of the same bound. */
const RUNS_TO_WARM_UP = 4;
/**
 * Of a core, what a worker gets: the node has two for everything, on which four unbound workers would only take each other's
 * time. Bound, each does what it would alone on a node of its own.
 */
const WORKER_CPU = "30m";
/** Runs a worker has at once: four workers then leave half of the databases waiting, so that none of them wants for work. */
const CONCURRENCY = 2;
const WORKERS = [1, 2, 4] as const;
const WITHIN_MS = 180_000;

/** A longer queue takes more workers, and more workers take it faster; web is scaled by its own autoscaler. */
export const scenario: Scenario = {
  number: 12,
  title: "Scale: throughput with 1, 2 and 4 workers; web by its autoscaler",
  run: async (world) => {
    await withDevChanged(world, "Watch many databases with small workers", manyDatabases(), async () => {
      await throughputGrows(world, await world.cluster());
    });
    await autoscalerOfWeb(world, await world.cluster());
  },
};

/** The same database under many names: to the service they are as many. */
function manyDatabases(): Edits {
  const entries = Array.from(
    { length: DATABASES },
    (_, n) => `  - { name: queue-${n}, urlFile: /run/secrets/schemawatch/shop-url }\n`,
  );
  const patch = `
  - target: { kind: Deployment, name: worker }
    patch: |-
      - { op: replace, path: /spec/template/spec/containers/0/resources/requests/cpu, value: ${WORKER_CPU} }
      - { op: replace, path: /spec/template/spec/containers/0/resources/limits/cpu, value: ${WORKER_CPU} }
      - { op: add, path: /spec/template/spec/containers/0/env/-, value: { name: CONCURRENCY, value: "${CONCURRENCY}" } }`;
  return {
    // One of web, so that its autoscaler has something to do afterwards.
    ...devReplicas({ web: 1 }),
    // What a run that was ended left there is not added again.
    "overlays/dev/databases.yaml": (text) =>
      `${text.replace(/^ {2}- \{ name: queue-.*\n/gm, "").trimEnd()}\n${entries.join("")}`,
    "overlays/dev/kustomization.yaml": (text) =>
      text.replace(patch, "").replace("\n  - path: web-autoscaler.yaml", (line) => line + patch),
  };
}

async function throughputGrows(world: World, cluster: Cluster): Promise<void> {
  const { api } = await world.environment("dev");
  const names = Array.from({ length: DATABASES }, (_, n) => `queue-${n}`);
  const speeds: number[] = [];
  for (const count of WORKERS) {
    for (const [file, change] of Object.entries(devReplicas({ worker: count })))
      editFile(cluster, file, change);
    // With one worker nothing is to be committed: that is what dev has.
    if (count > 1) await settle(cluster, "dev", await deliver(cluster, `Take ${count} workers`));
    await untilReady(cluster, NAMESPACE, "worker", count, WITHIN_MS);
    await api.watching(names, WITHIN_MS);
    await drainQueue(cluster, api, names, RUNS_TO_WARM_UP);
    const batch = await drainQueue(cluster, api, names, RUNS_A_DATABASE);
    speeds.push(batch.perSecond);
    world.note(
      `${count} workers of ${WORKER_CPU}: ${batch.runs} runs, up to ${batch.deepest} waiting, ${batch.perSecond.toFixed(1)} runs/s`,
    );
  }
  const [one = 0, two = 0, four = 0] = speeds;
  claim(
    two > 1.4 * one && four > 1.4 * two,
    `throughput grows with the workers: ${speeds.map((speed) => speed.toFixed(1)).join(", ")} runs/s`,
  );
}

/** Triggers all runs as fast as they are accepted, waits until the queue is empty, and reads how fast that went. */
async function drainQueue(
  cluster: Cluster,
  api: ServiceApi,
  names: readonly string[],
  runsADatabase: number,
) {
  let deepest = 0;
  const empty = async () => {
    const runs = await waiting(cluster);
    deepest = Math.max(deepest, runs);
    return runs === 0;
  };
  const asked = names.map(async (name) => {
    const ids: number[] = [];
    while (ids.length < runsADatabase) ids.push(await api.trigger(name));
    return ids;
  });
  const ids = (await Promise.all(asked)).flat();
  await waitFor("the queue to be empty", WITHIN_MS, empty);
  const [batch] = await storeRows<{ runs: number; succeeded: number; perSecond: number }>(
    cluster,
    "dev",
    `select count(*) as runs, count(*) filter (where state = 'succeeded') as succeeded,
            count(*) / extract(epoch from max(finished_at) - min(started_at)) as "perSecond"
     from schemawatch.run where id in (${ids.join(", ")})`,
  );
  same(batch?.succeeded, ids.length, "runs that succeeded");
  return { runs: ids.length, deepest, perSecond: batch?.perSecond ?? 0 };
}

async function waiting(cluster: Cluster): Promise<number> {
  const [row] = await storeRows<{ runs: number }>(
    cluster,
    "dev",
    "select count(*) as runs from schemawatch.run where finished_at is null",
  );
  return row?.runs ?? 0;
}

/** Kubernetes' own autoscaler reads metrics-server, scales web under load, and Argo CD lets it. */
async function autoscalerOfWeb(world: World, cluster: Cluster): Promise<void> {
  const { url } = await world.environment("dev");
  const ready = async () => (await podsOf(cluster, NAMESPACE, "web")).filter(isReady).length;
  await waitFor("one pod of web", WITHIN_MS, async () => (await ready()) === 1);
  const started = performance.now();
  const users = probe(`${url}/login`, 150);
  const scaled = waitFor("the autoscaler to make two of web", 240_000, async () => (await ready()) === 2);
  // However it goes, the load ends; then what went wrong is told.
  await scaled.catch(() => {});
  const took = seconds(performance.now() - started);
  const { requests, failures } = await users.stop();
  await scaled;
  world.note(`web scaled from 1 to 2 by its autoscaler after ${took} of load, ${requests} requests`);
  same(failures, [], `failed requests of ${requests} while web was scaled`);
  await untilAt(cluster, "dev", await head(cluster), WITHIN_MS);
}
