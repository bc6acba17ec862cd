import { join } from "node:path";
import type { Clock } from "../../../service/clock.ts";
import type { AppError } from "../../../service/errors.ts";
import { output } from "../../lib/exec.ts";
import type { Cluster, ClusterFacts, ServiceProcess } from "../types.ts";
import { ADDRESSES, HOST_NAME, PORTS } from "./addresses.ts";
import { cacheFolder } from "./binaries.ts";
import { etcdFolder } from "./control-plane.ts";
import { type Namespaces, stopped } from "./namespaces.ts";

/** How long a part may take to become ready on a busy machine of 2 cores. */
const READY_MS = 120_000;

const LOOK_EVERY_MS = 50;

/** Whether a part is ready; a rejection counts as not yet. */
export type Probe = () => Promise<boolean>;

/** Starts a part of the cluster and waits until it is ready. */
export type Begin = (service: ServiceProcess, isReady?: Probe) => Promise<void>;

/** What a cluster in that folder is like. */
export function factsOf(folder: string): ClusterFacts {
  return {
    folder,
    kubeconfig: join(folder, "kubeconfig"),
    binaries: join(folder, "machine", "bin"),
    nodeAddress: ADDRESSES.node,
    hostAddress: ADDRESSES.host,
    hostName: HOST_NAME,
    registry: `${ADDRESSES.host}:${PORTS.registry}`,
    etcdFolder: etcdFolder(folder),
    remote: join(folder, "git", "schemawatch.git"),
    remoteUrl: `http://${ADDRESSES.host}:443/schemawatch.git`,
    ageKeyFile: join(folder, "age.key"),
    cacheFolder: cacheFolder(),
  };
}

/** A cluster whose namespaces are there. */
export function clusterOf(
  facts: ClusterFacts,
  namespaces: Namespaces,
  log: (message: string) => void,
): Cluster {
  return {
    ...facts,
    log,
    start: async (service) => {
      namespaces.start(withPath(service, facts));
    },
    run: (command, network) => output(namespaces.enter(command, network), { env: { PATH: pathOf(facts) } }),
  };
}

/** How to start the cluster's own parts; AppError "unavailable" with the log's end when one stops or is not ready in time. */
export function starter(facts: ClusterFacts, namespaces: Namespaces, clock: Clock): Begin {
  return async (service, isReady) => {
    const child = namespaces.start(withPath(service, facts));
    if (isReady === undefined) return;
    const alive = () => child.exitCode === null;
    await until(clock, isReady, () => stopped(service.name, facts.folder), alive);
  };
}

/** Waits until a probe says yes; throws what `failure` makes when it takes too long or `alive` says no. */
export async function until(
  clock: Clock,
  probe: Probe,
  failure: () => AppError,
  alive: () => boolean = () => true,
): Promise<void> {
  const deadline = clock.monotonic() + READY_MS;
  while (!(await probe().catch(() => false))) {
    if (!alive() || clock.monotonic() > deadline) throw failure();
    await clock.sleep(LOOK_EVERY_MS);
  }
}

/** Says each message with the seconds since now. */
export function stopwatch(print: (line: string) => void, clock: Clock): (message: string) => void {
  const began = clock.monotonic();
  return (message) => print(`${((clock.monotonic() - began) / 1000).toFixed(1).padStart(6)} s  ${message}`);
}

function withPath(service: ServiceProcess, facts: ClusterFacts): ServiceProcess {
  return { ...service, env: { PATH: pathOf(facts), ...service.env } };
}

/** Packet filter programs are in the system folders of root, which not every shell has. */
function pathOf({ binaries }: ClusterFacts): string {
  return [binaries, process.env.PATH, "/usr/sbin", "/sbin"].join(":");
}
