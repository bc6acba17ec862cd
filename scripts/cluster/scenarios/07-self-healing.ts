import { evict, killFirstProcess } from "../client/harm.ts";
import { isReady, kubectl, type Pod, podsOf, untilReady } from "../client/kubectl.ts";
import { probe } from "../client/probe.ts";
import type { ServiceApi } from "../client/service.ts";
import { psql, storeRows } from "../client/store.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { devReplicas, withDevChanged } from "./framework/committed.ts";
import { expectExact, newSchema, startDdlLoad } from "./framework/ddl-load.ts";
import type { Scenario, World } from "./framework/scenario.ts";

const NAMESPACE = "schemawatch-dev";
const ROLES = ["web", "poller", "worker"] as const;
/** On a busy machine of two cores. */
const BACK_MS = 120_000;
/** How long one question is asked of a service whose store was killed. */
const TRY_MS = 5000;

/** Whatever is killed or drained, the service recovers, and nothing is lost or done twice. */
export const scenario: Scenario = {
  number: 7,
  title: "Self-healing: kill -9 of each part, a drain under budgets; changes and runs counted exactly",
  run: (world) =>
    withDevChanged(
      world,
      "Give each role of dev two pods",
      devReplicas({ web: 2, poller: 2, worker: 2 }),
      async () => {
        const cluster = await world.cluster();
        const { api, url } = await world.environment("dev");
        await api.watching(["shop"], BACK_MS);
        await killWorkerInMidStep(world, cluster, api);

        const load = await startDdlLoad(cluster, api, "healing");
        await killPollers(world, cluster);
        await killPostgres(world, cluster, api);
        await drain(world, cluster, url);
        const accepted = await load.stop();
        const exact = await expectExact(cluster, load.schema, accepted);
        world.note(
          `${exact.tables} tables made, each told once in ${exact.changes} changes; ${exact.runs} runs, each once; ${exact.takenOver} of them taken over`,
        );
        claim(exact.tables >= 20 && accepted.length >= 10, `the load was one: ${JSON.stringify(exact)}`);
      },
    ),
};

/** Holds a run in its step `load` by a lock on what that step reads, ends its worker, and lets go. */
async function killWorkerInMidStep(world: World, cluster: Cluster, api: ServiceApi): Promise<void> {
  const letGo = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holder'`;
  const isHeld = `select 1 as held from pg_locks where mode = 'AccessExclusiveLock' and granted
                    and relation = 'schemawatch.change_object'::regclass`;
  const lock = `set application_name = 'holder'; begin;
    lock table schemawatch.change_object in access exclusive mode; select pg_sleep(100)`;
  // It ends by being terminated.
  const holder = psql(cluster, "schemawatch", lock).catch(() => {});
  try {
    await waitFor("the lock", BACK_MS, async () => (await storeRows(cluster, "dev", isHeld)).length > 0);
    const run = await api.trigger("shop");
    const held = await waitFor(
      "the run to be in its first step",
      BACK_MS / 2,
      () => workerOf(cluster, run),
      async () => JSON.stringify(await storeRows(cluster, "dev", whatWaits(run))),
    );
    killFirstProcess(held, "schemawatch");
    const killed = performance.now();
    await waitFor("another worker to take the run", BACK_MS, async () => {
      const [row] = await storeRows<{ attempt: number }>(
        cluster,
        "dev",
        `select attempt from schemawatch.run where id = ${run}`,
      );
      return (row?.attempt ?? 0) > 1;
    });
    world.note(
      `a worker killed in mid-step: its run was another's after ${seconds(performance.now() - killed)}`,
    );
    await psql(cluster, "schemawatch", letGo);
    const ended = await api.ended(run, BACK_MS);
    same({ state: ended.state, error: ended.error }, { state: "succeeded", error: null }, `run ${run}`);
    await expectExact(cluster, await newSchema(cluster, "held"), [run]);
  } finally {
    await psql(cluster, "schemawatch", letGo).catch(() => "");
    await holder;
  }
}

/** The worker whose statement for a run waits for the lock: PostgreSQL knows its pod's address. Pages may wait for it too. */
async function workerOf(cluster: Cluster, run: number): Promise<Pod | undefined> {
  const rows = await storeRows<{ state: string; address: string }>(cluster, "dev", whatWaits(run));
  const addresses = rows.filter(({ state }) => state === "running").map(({ address }) => address);
  const pods = await podsOf(cluster, NAMESPACE, "worker");
  return pods.find(({ status }) => status.podIP !== undefined && addresses.includes(status.podIP));
}

/** Statements that wait for the lock, each with the state of a run. */
function whatWaits(run: number): string {
  return `select run.state, host(client_addr) as address, left(query, 80) as query
            from schemawatch.run
            left join (pg_locks join pg_stat_activity using (pid))
              on not granted and relation = 'schemawatch.change_object'::regclass
           where run.id = ${run}`;
}

/** Ends one poller after the other: whichever held the leases, the other takes them over. */
async function killPollers(world: World, cluster: Cluster): Promise<void> {
  for (const pod of await podsOf(cluster, NAMESPACE, "poller")) {
    const before = await restartsOf(cluster, pod);
    killFirstProcess(pod, "schemawatch");
    const killed = performance.now();
    await waitFor(`${pod.metadata.name} to start anew`, BACK_MS, async () => {
      return (await restartsOf(cluster, pod)) > before;
    });
    await untilReady(cluster, NAMESPACE, "poller", 2, BACK_MS);
    world.note(`a poller killed: both are ready again after ${seconds(performance.now() - killed)}`);
  }
}

/** How often the containers of a pod were started anew. */
async function restartsOf(cluster: Cluster, { metadata }: Pod): Promise<number> {
  const path = "jsonpath={.status.containerStatuses[0].restartCount}";
  const get = ["get", "pod", metadata.name, `--namespace=${NAMESPACE}`, `--output=${path}`];
  return Number(await kubectl(cluster, get));
}

/** Ends the server process: its container starts anew and recovers what was committed. */
async function killPostgres(world: World, cluster: Cluster, api: ServiceApi): Promise<void> {
  const [pod] = await podsOf(cluster, NAMESPACE, "database");
  claim(pod !== undefined, "the PostgreSQL pod is there");
  killFirstProcess(pod, "postgres");
  const killed = performance.now();
  const run = await waitFor("the service to accept a run again", BACK_MS, () =>
    api.trigger("shop").catch(() => undefined),
  );
  // A backend may accept it in the moment before it goes the way of its server.
  await waitFor("the run to end", BACK_MS, () => api.ended(run, TRY_MS).catch(() => undefined));
  world.note(`PostgreSQL killed: a run is accepted and ends after ${seconds(performance.now() - killed)}`);
  await untilReady(cluster, NAMESPACE, "database", 1, BACK_MS);
  for (const role of ROLES) await untilReady(cluster, NAMESPACE, role, 2, BACK_MS);
}

/**
 * Evicts every pod of the environment, one by one, by the API that a drain uses. The second pod of a role is refused while the
 * first one's successor is not ready, and users of the page notice nothing.
 */
async function drain(world: World, cluster: Cluster, url: string): Promise<void> {
  const began = performance.now();
  const users = probe(`${url}/login`, 10);
  let refused = 0;
  for (const role of ROLES) {
    const pods = await podsOf(cluster, NAMESPACE, role);
    same(pods.length, 2, `pods of ${role}`);
    for (const { metadata } of pods) {
      await waitFor(`the budget to let ${metadata.name} go`, BACK_MS, async () => {
        if ((await evict(cluster, NAMESPACE, metadata.name)) === "evicted") return true;
        refused += 1;
        return false;
      });
    }
    await untilReady(cluster, NAMESPACE, role, 2, BACK_MS);
  }
  const { requests, failures } = await users.stop();
  same(failures, [], `failed requests of ${requests} while web, poller and worker were drained`);
  claim(refused >= ROLES.length, `the budget refused each role's second pod at first (${refused} refusals)`);

  const [database] = await podsOf(cluster, NAMESPACE, "database");
  same(await evict(cluster, NAMESPACE, database?.metadata.name ?? ""), "evicted", "the drain of PostgreSQL");
  await waitFor("PostgreSQL in a new pod", BACK_MS, async () => {
    const [pod] = await podsOf(cluster, NAMESPACE, "database");
    return pod !== undefined && pod.metadata.uid !== database?.metadata.uid && isReady(pod);
  });
  const time = seconds(performance.now() - began);
  world.note(
    `7 pods drained in ${time}: ${refused} evictions refused for now; ${requests} requests, none failed`,
  );
}
