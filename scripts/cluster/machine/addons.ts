import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceProcess } from "../types.ts";
import { ADDRESSES, HOST_NAME, NODE_NAME } from "./addresses.ts";
import { binary } from "./binaries.ts";
import type { Credentials } from "./credentials.ts";

const METRICS_PORT = 4443;

/** What cluster providers bring, as objects to apply. */
export function addonManifests(
  folder: string,
  images: Readonly<Record<"coredns" | "busybox", string>>,
): string {
  return [
    manifest("coredns", {
      HOST_ADDRESS: ADDRESSES.host,
      HOST_NAME,
      DNS_ADDRESS: ADDRESSES.dns,
      IMAGE: images.coredns,
    }),
    manifest("metrics-server", { METRICS_PORT: String(METRICS_PORT), NODE_ADDRESS: ADDRESSES.node }),
    manifest("local-path", { VOLUME_FOLDER: volumeFolder(folder), IMAGE: images.busybox }),
  ].join("---\n");
}

/** Volumes: the claims of any StorageClass whose provisioner is `rancher.io/local-path`. */
export async function localPathProvisioner(
  folder: string,
  keys: Credentials,
  busybox: string,
): Promise<ServiceProcess> {
  mkdirSync(volumeFolder(folder), { recursive: true });
  return {
    name: "local-path-provisioner",
    network: "node",
    command: [
      await binary("local-path-provisioner"),
      "start",
      `--kubeconfig=${keys.kubeconfig("admin")}`,
      `--helper-image=${busybox}`,
    ],
  };
}

/** Use of processor and memory, for autoscalers and `kubectl top`. */
export async function metricsServer(folder: string, keys: Credentials): Promise<ServiceProcess> {
  const kubeconfig = keys.kubeconfig("admin");
  return {
    name: "metrics-server",
    network: "node",
    command: [
      await binary("metrics-server"),
      ...["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map(
        (flag) => `--${flag}=${kubeconfig}`,
      ),
      `--secure-port=${METRICS_PORT}`,
      `--cert-dir=${join(folder, "machine", "metrics-server")}`,
      "--metric-resolution=10s",
      "--kubelet-request-timeout=8s",
      // The kubelet signs its own certificate.
      "--kubelet-insecure-tls",
      "--kubelet-preferred-address-types=InternalIP",
    ],
  };
}

/** Addresses for Services of type LoadBalancer; see load-balancers.ts. */
export function loadBalancers(keys: Credentials): ServiceProcess {
  return {
    name: "load-balancers",
    network: "node",
    command: [process.execPath, join(import.meta.dir, "load-balancers.ts"), keys.kubeconfig("admin")],
  };
}

/** Network policies, by packet filter rules of the node's own network: kube-router's controller, see its source in tools/. */
export async function networkPolicies(keys: Credentials): Promise<ServiceProcess> {
  return {
    name: "network-policies",
    network: "node",
    command: [
      await binary("network-policies"),
      `--kubeconfig=${keys.kubeconfig("admin")}`,
      `--node=${NODE_NAME}`,
      `--services=${ADDRESSES.services}`,
    ],
  };
}

function volumeFolder(folder: string): string {
  return join(folder, "machine", "volumes");
}

/** A file of manifests/ with its words in capitals replaced. */
function manifest(name: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(import.meta.dir, "manifests", `${name}.yaml`), "utf8");
  return Object.entries(values).reduce((filled, [word, value]) => filled.replaceAll(word, value), text);
}
