import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { isReady, kubectl, list, type Pod, podsOf } from "../client/kubectl.ts";
import { type Reach, reachFromBusybox, reachFromPostgres, reachFromService } from "../client/reach.ts";
import { checkoutOf } from "../client/scripts.ts";
import { psql } from "../client/store.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import type { Scenario, World } from "./framework/scenario.ts";

const NAMESPACE = "schemawatch-dev";
/** Outside of every environment; no policy is there at first. Another for each run: the end of one takes its time. */
const STRANGERS = `strangers-${Date.now().toString(36)}`;
const READY_MS = 120_000;

/** Network policies hold on real connections, and what PostgreSQL stored outlives its pod. */
export const scenario: Scenario = {
  number: 8,
  title: "Network policies on real connections; data outlives the PostgreSQL pod",
  run: async (world) => {
    const cluster = await world.cluster();
    const dev = await world.environment("dev");
    await dev.api.watching(["shop"], READY_MS);
    try {
      await makeStrangers(cluster, (await world.images()).busybox);
      await policiesOfDev(world, cluster);
      await policyComesAndGoes(world, cluster);
    } finally {
      await kubectl(cluster, ["delete", "namespace", STRANGERS, "--ignore-not-found", "--wait=false"]);
    }
    await storageSurvives(world, cluster);
  },
};

/** Two pods that belong to nobody; the second one listens. */
async function makeStrangers(cluster: Cluster, image: string): Promise<void> {
  const pod = (name: string, command: readonly string[]) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: STRANGERS, labels: { name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name, image, command }],
    },
  });
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: STRANGERS } },
    pod("asks", ["sleep", "3600"]),
    pod("listens", ["httpd", "-f", "-p", "8080"]),
  ];
  const input = objects.map((object) => JSON.stringify(object)).join("\n---\n");
  await kubectl(cluster, ["apply", "--server-side", "--filename=-"], { input });
  await waitFor("the strangers' pods", READY_MS, async () => {
    const pods = await list<Pod>(cluster, STRANGERS, "pod");
    return pods.length === 2 && pods.every(isReady);
  });
}

/** Each connection that the policies of dev allow or refuse, tried; base/network-policies.yaml and the components say which. */
async function policiesOfDev(world: World, cluster: Cluster): Promise<void> {
  const one = async (component: string): Promise<Pod & { readonly address: string }> => {
    const [pod] = (await podsOf(cluster, NAMESPACE, component)).filter(isReady);
    claim(pod?.status.podIP !== undefined, `a ready pod of ${component} is there`);
    return { ...pod, address: pod.status.podIP };
  };
  const [web, poller, worker, database] = await Promise.all([
    one("web"),
    one("poller"),
    one("worker"),
    one("database"),
  ]);
  const listens = (await list<Pod>(cluster, STRANGERS, "pod")).find(
    ({ metadata }) => metadata.name === "listens",
  );
  const stranger = (address: string, port: number) =>
    reachFromBusybox(cluster, STRANGERS, "asks", address, port);
  const outside = cluster.hostAddress;

  const tried: readonly (readonly [string, Reach, Promise<Reach>])[] = [
    ["worker to PostgreSQL", "reached", reachFromService(cluster, worker, `${database.address}:5432`)],
    ["poller to a database outside", "reached", reachFromService(cluster, poller, `${outside}:5432`)],
    ["worker to another port outside", "refused", reachFromService(cluster, worker, `${outside}:443`)],
    ["web to the poller", "refused", reachFromService(cluster, web, `${poller.address}:8080`)],
    ["web to a pod elsewhere", "refused", reachFromService(cluster, web, `${listens?.status.podIP}:8080`)],
    ["PostgreSQL to a database outside", "refused", reachFromPostgres(cluster, database, outside)],
    ["a stranger to the page", "reached", stranger(web.address, 8080)],
    ["a stranger to PostgreSQL", "refused", stranger(database.address, 5432)],
    ["a stranger to the poller", "refused", stranger(poller.address, 8080)],
    ["a stranger to a database outside", "reached", stranger(outside, 5432)],
    ["this machine to the page", "reached", reachFromHere(`${web.address}:8080`)],
    ["this machine to the worker", "refused", reachFromHere(`${worker.address}:8080`)],
  ];
  const is = await Promise.all(tried.map(async ([name, , reach]) => `${name}: ${await reach}`));
  same(
    is,
    tried.map(([name, should]) => `${name}: ${should}`),
    "connections",
  );
  const allowed = tried.filter(([, should]) => should === "reached").length;
  world.note(`connections: ${allowed} allowed and ${tried.length - allowed} refused, as the policies say`);
}

async function reachFromHere(target: string): Promise<Reach> {
  try {
    await fetch(`http://${target}/`, { signal: AbortSignal.timeout(2000), redirect: "manual" });
    return "reached";
  } catch {
    return "refused";
  }
}

/** The same connection before, under and after this repository's own deny-all: nothing else refuses it. */
async function policyComesAndGoes(world: World, cluster: Cluster): Promise<void> {
  const file = readFileSync(join(checkoutOf(cluster), "base/network-policies.yaml"), "utf8");
  const denyAll = parseAllDocuments(file)
    .map((document) => document.toJS() as { metadata: { name: string } })
    .find(({ metadata }) => metadata.name === "deny-all");
  claim(denyAll !== undefined, "base/network-policies.yaml has deny-all");
  const [listens] = (await list<Pod>(cluster, STRANGERS, "pod")).filter(
    ({ metadata }) => metadata.name === "listens",
  );
  const reach = () => reachFromBusybox(cluster, STRANGERS, "asks", listens?.status.podIP ?? "", 8080);
  const untilIt = async (is: Reach): Promise<string> => {
    const start = performance.now();
    await waitFor(`the strangers' connection to be ${is}`, 60_000, async () => (await reach()) === is);
    return seconds(performance.now() - start);
  };
  same(await reach(), "reached", "a stranger to a stranger without policies");
  await kubectl(cluster, ["apply", `--namespace=${STRANGERS}`, "--filename=-"], {
    input: JSON.stringify(denyAll),
  });
  const refused = await untilIt("refused");
  await kubectl(cluster, ["delete", "networkpolicy", "deny-all", `--namespace=${STRANGERS}`]);
  world.note(`deny-all elsewhere: enforced within ${refused}, lifted within ${await untilIt("reached")}`);
}

/** Deletes the PostgreSQL pod, with grace and without, and reads what was written before. */
async function storageSurvives(world: World, cluster: Cluster): Promise<void> {
  const table = `kept_${Date.now().toString(36)}`;
  const volume = () =>
    kubectl(cluster, [
      "get",
      "pvc",
      "data-postgres-0",
      `--namespace=${NAMESPACE}`,
      "--output=jsonpath={.spec.volumeName}",
    ]);
  const before = await volume();
  await psql(cluster, "shop", `create table ${table} (n integer)`);
  for (const [n, force] of [[], ["--force", "--grace-period=0"]].entries()) {
    await psql(cluster, "shop", `insert into ${table} values (${n})`);
    const [pod] = await podsOf(cluster, NAMESPACE, "database");
    const start = performance.now();
    await kubectl(cluster, [
      "delete",
      "pod",
      "postgres-0",
      `--namespace=${NAMESPACE}`,
      "--wait=false",
      ...force,
    ]);
    await waitFor("PostgreSQL in a new pod", READY_MS, async () => {
      const [now] = await podsOf(cluster, NAMESPACE, "database");
      return now !== undefined && now.metadata.uid !== pod?.metadata.uid && isReady(now);
    });
    const rows = (
      await psql(cluster, "shop", `select string_agg(n::text, ' ' order by n) from ${table}`)
    ).trim();
    same(rows, [0, 1].slice(0, n + 1).join(" "), "what PostgreSQL holds after its pod was deleted");
    const how = force.length === 0 ? "deleted" : "deleted by force";
    world.note(`PostgreSQL's pod ${how}: ready with its data after ${seconds(performance.now() - start)}`);
  }
  same(await volume(), before, "the volume");
  await psql(cluster, "shop", `drop table ${table}`);
}
