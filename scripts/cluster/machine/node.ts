import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceProcess } from "../types.ts";
import { ADDRESSES, CGROUP, NODE_NAME } from "./addresses.ts";
import { binary } from "./binaries.ts";
import type { Credentials } from "./credentials.ts";
import { cgroupFolders, note } from "./ledger.ts";

const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** Debian's containernetworking-plugins. */
const CNI_PLUGINS = "/usr/lib/cni";

/** What the kubelet sets for itself; each is the machine's, not the namespace's (k8s.io/component-helpers/node/util/sysctl). */
export const KERNEL_SETTINGS = [
  "/proc/sys/vm/overcommit_memory",
  "/proc/sys/vm/panic_on_oom",
  "/proc/sys/kernel/panic",
  "/proc/sys/kernel/panic_on_oops",
  "/proc/sys/kernel/keys/root_maxkeys",
  "/proc/sys/kernel/keys/root_maxbytes",
];

/** Pods' network: a bridge on the node, by the reference plugins. */
const NETWORK = {
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "bridge",
      bridge: "cni0",
      isGateway: true,
      // A pod reaches itself through its Service.
      hairpinMode: true,
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: ADDRESSES.pods }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

/** The container runtime, told to ask our registry for every image of whatever registry. */
export async function containerd(
  folder: string,
  registry: string,
  pauseImage: string,
): Promise<ServiceProcess> {
  const home = join(folder, "containerd");
  const hosts = join(home, "registries", "_default");
  const networks = join(home, "networks");
  for (const path of [hosts, networks]) mkdirSync(path, { recursive: true });
  writeFileSync(join(networks, "pods.conflist"), JSON.stringify(NETWORK, null, 2));
  writeFileSync(
    join(hosts, "hosts.toml"),
    `server = "http://${registry}"\n[host."http://${registry}"]\ncapabilities = ["pull", "resolve"]\n`,
  );
  const config = join(home, "config.toml");
  writeFileSync(
    config,
    `version = 3
root = "${home}/data"
state = "/run/containerd/state"
[grpc]
address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"
max_concurrent_downloads = 6
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "${pauseImage}"
[plugins."io.containerd.cri.v1.images".registry]
config_path = "${home}/registries"
[plugins."io.containerd.cri.v1.runtime"]
# Without CAP_SYS_RESOURCE the runtime may not lower a score.
restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["${CNI_PLUGINS}"]
conf_dir = "${networks}"
[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
`,
  );
  return {
    name: "containerd",
    network: "node",
    command: [await binary("containerd"), `--config=${config}`, "--log-level=warn"],
  };
}

/** The node's agent. What it writes to the kernel and to cgroups is noted in the ledger first. */
export async function kubelet(clusterFolder: string, keys: Credentials): Promise<ServiceProcess> {
  const home = join(clusterFolder, "machine", "kubelet");
  mkdirSync(home, { recursive: true });
  const before = KERNEL_SETTINGS.filter((file) => existsSync(file)).map(
    (file) => [file, readFileSync(file, "utf8").trim()] as const,
  );
  note(clusterFolder, "settings", Object.fromEntries(before));
  note(clusterFolder, "cgroup", CGROUP);
  for (const path of cgroupFolders(CGROUP)) mkdirSync(path, { recursive: true });
  // There is no way to the internet from inside: CoreDNS answers what it knows, and nothing else.
  writeFileSync(join(home, "resolv.conf"), "");
  const config = join(home, "config.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: keys.authority },
      },
      authorization: { mode: "Webhook" },
      containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
      clusterDNS: [ADDRESSES.dns],
      clusterDomain: "cluster.local",
      resolvConf: join(home, "resolv.conf"),
      podLogsDir: join(clusterFolder, "machine", "pod-logs"),
      volumePluginDir: join(home, "plugins"),
      cgroupDriver: "cgroupfs",
      cgroupRoot: `/${CGROUP}`,
      failCgroupV1: false,
      failSwapOn: false,
      oomScoreAdj: 0,
      serializeImagePulls: false,
      // The machine's disk and memory are others' too: only a real shortage evicts pods.
      evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
      imageGCHighThresholdPercent: 100,
    }),
  );
  return {
    name: "kubelet",
    network: "node",
    command: [
      await binary("kubelet"),
      `--config=${config}`,
      `--kubeconfig=${keys.kubeconfig("kubelet")}`,
      `--root-dir=${home}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${ADDRESSES.node}`,
    ],
  };
}

/** Services' addresses, by packet filter rules of the node's own network. */
export async function kubeProxy(keys: Credentials): Promise<ServiceProcess> {
  return {
    name: "kube-proxy",
    network: "node",
    command: [
      await binary("kube-proxy"),
      `--kubeconfig=${keys.kubeconfig("proxy")}`,
      "--proxy-mode=iptables",
      `--cluster-cidr=${ADDRESSES.pods}`,
      `--hostname-override=${NODE_NAME}`,
      // The limit is the machine's: 0 leaves it as it is.
      "--conntrack-max-per-core=0",
      "--oom-score-adj=0",
    ],
  };
}
