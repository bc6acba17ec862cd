import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../service/clock.ts";
import { AppError } from "../../../service/errors.ts";
import { output } from "../../lib/exec.ts";
import { buildImages } from "../images/index.ts";
import type { Cluster, ClusterFacts } from "../types.ts";
import {
  addonManifests,
  loadBalancers,
  localPathProvisioner,
  metricsServer,
  networkPolicies,
} from "./addons.ts";
import { NODE_NAME } from "./addresses.ts";
import { type Api, openApi } from "./api.ts";
import { cacheFolder, MODULES, moduleFolder, programsOf } from "./binaries.ts";
import { type Begin, clusterOf, factsOf, starter, stopwatch, until } from "./cluster.ts";
import { apiServer, controllerManager, etcd, scheduler } from "./control-plane.ts";
import { type Credentials, makeCredentials } from "./credentials.ts";
import { markChildren, sweep } from "./ledger.ts";
import { attachNamespaces, makeNamespaces, stopped } from "./namespaces.ts";
import { containerd, kubelet, kubeProxy } from "./node.ts";
import { registry } from "./registry.ts";
import { refuseFolder, refuseMachine, thisMachine } from "./requirements.ts";

export interface MachineOptions {
  /** Absolute. */
  readonly folder: string;
  /** Gets a line for each step, with the seconds since the start. */
  log(line: string): void;
  /** What can go on beside the node's start, once the registry answers; the start waits for it. */
  beside?(cluster: Cluster): Promise<void>;
  readonly clock?: Clock;
}

/**
 * Starts a cluster in a folder: control plane, a Ready node, DNS, volumes, load balancers, network policies, metrics and an
 * image registry, all in namespaces that end with one process. AppError "unavailable" where the machine cannot, and
 * "conflict" when a cluster is up.
 */
export async function startMachine({
  folder,
  log: print,
  beside,
  clock = systemClock,
}: MachineOptions): Promise<Cluster> {
  refuseMachine(thisMachine());
  for (const path of [folder, cacheFolder()]) refuseFolder(path);
  markChildren(folder);
  const log = stopwatch(print, clock);
  const facts = factsOf(folder);
  await linkPrograms(facts, log);
  const namespaces = await makeNamespaces(folder, clock.sleep);
  const begin = starter(facts, namespaces, clock);
  log("namespaces, and the line to the node");

  await begin(await registry(facts.registry, join(facts.cacheFolder, "registry"), folder), async () => {
    return (await fetch(`http://${facts.registry}/v2/`)).ok;
  });
  const images = await buildImages(facts, log, ["pause", "coredns", "busybox"]);
  const cluster = clusterOf(facts, namespaces, log);
  await Promise.all([startNode(cluster, images, begin, clock), beside?.(cluster)]);
  writeFileSync(factsFile(folder), JSON.stringify(facts, null, 2));
  return cluster;
}

/** A cluster that is up in a folder, for another process than the one that started it; AppError "not_found" without one. */
export async function attach({ folder, log: print, clock = systemClock }: MachineOptions): Promise<Cluster> {
  const namespaces = await attachNamespaces(folder);
  if (!existsSync(factsFile(folder))) {
    throw new AppError("not_found", `The cluster in ${folder} was not brought up to its end.`, {
      mend: "Run make cluster-down, then make cluster.",
    });
  }
  const facts = JSON.parse(readFileSync(factsFile(folder), "utf8")) as ClusterFacts;
  return clusterOf(facts, namespaces, stopwatch(print, clock));
}

/**
 * Ends a cluster whole and removes what it wrote to the folder itself; what lies beside it, such as the repository's remote,
 * stays. Needs nothing of the process that started it. Does nothing when there is none.
 */
export async function stopMachine(folder: string, clock: Clock = systemClock): Promise<void> {
  await sweep(folder, clock.sleep);
  const { kubeconfig } = factsOf(folder);
  await output(["rm", "-rf", "--one-file-system", join(folder, "machine"), kubeconfig, factsFile(folder)]);
}

/** Builds what is not built yet, and puts all programs into one folder for PATH. */
async function linkPrograms({ binaries }: ClusterFacts, log: (message: string) => void): Promise<void> {
  rmSync(binaries, { recursive: true, force: true });
  mkdirSync(binaries, { recursive: true });
  for (const module of MODULES) {
    const folder = await moduleFolder(module, () => log(`build ${module}: minutes, this once`));
    for (const program of programsOf(module)) symlinkSync(join(folder, program), join(binaries, program));
  }
}

async function startNode(
  cluster: Cluster,
  { pause, coredns, busybox }: Readonly<Record<"pause" | "coredns" | "busybox", string>>,
  begin: Begin,
  clock: Clock,
): Promise<void> {
  const { folder, log } = cluster;
  const keys = await makeCredentials(join(folder, "machine", "keys"), cluster.kubeconfig);
  const api = openApi(cluster.kubeconfig);
  await startControlPlane(cluster, keys, api, begin);
  log("API server");
  await begin(await containerd(join(folder, "machine"), cluster.registry, pause));
  await begin(await kubelet(folder, keys), () => nodeIsReady(api));
  log("node is Ready");

  await output([join(cluster.binaries, "kubectl"), "apply", "--server-side", "--filename=-"], {
    // Else it keeps what it learnt of the API in the home folder.
    env: { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: join(folder, "machine", "kubectl") },
    input: addonManifests(folder, { coredns, busybox }),
  });
  const addons = [
    networkPolicies(keys),
    localPathProvisioner(folder, keys, busybox),
    metricsServer(folder, keys),
  ];
  for (const addon of [...addons, loadBalancers(keys)]) await begin(await addon);
  await until(
    clock,
    () => dnsIsReady(api),
    () => stopped("kubelet", folder),
  );
  log("DNS, volumes, load balancers, network policies, metrics");
}

async function startControlPlane(
  facts: ClusterFacts,
  keys: Credentials,
  api: Api,
  begin: Begin,
): Promise<void> {
  await begin(etcd(facts.etcdFolder));
  await begin(await apiServer(keys), async () => (await api.get("/readyz")) === "ok");
  for (const service of [controllerManager(keys), scheduler(keys), kubeProxy(keys)])
    await begin(await service);
}

interface Conditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function holds(object: unknown, type: string): boolean {
  const conditions = (object as Conditions).status?.conditions ?? [];
  return conditions.some((condition) => condition.type === type && condition.status === "True");
}

async function nodeIsReady(api: Api): Promise<boolean> {
  return holds(await api.get(`/api/v1/nodes/${NODE_NAME}`), "Ready");
}

async function dnsIsReady(api: Api): Promise<boolean> {
  return holds(await api.get("/apis/apps/v1/namespaces/kube-system/deployments/coredns"), "Available");
}

function factsFile(folder: string): string {
  return join(folder, "cluster.json");
}
