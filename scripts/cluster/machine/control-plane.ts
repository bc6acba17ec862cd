import { join } from "node:path";
import type { ServiceProcess } from "../types.ts";
import { ADDRESSES, PORTS } from "./addresses.ts";
import { binary } from "./binaries.ts";
import { type Credentials, keyOf } from "./credentials.ts";

/** etcd of a throwaway cluster need not survive a power cut: it does not wait for the disk. */
export function etcd(dataFolder: string): ServiceProcess {
  const urls = { client: "http://127.0.0.1:2379", peer: "http://127.0.0.1:2380" };
  return {
    name: "etcd",
    network: "node",
    command: [
      "etcd",
      `--data-dir=${dataFolder}`,
      `--listen-client-urls=${urls.client}`,
      `--advertise-client-urls=${urls.client}`,
      `--listen-peer-urls=${urls.peer}`,
      `--initial-advertise-peer-urls=${urls.peer}`,
      `--initial-cluster=default=${urls.peer}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
  };
}

/** Admission as by default, which holds Pod Security and ValidatingAdmissionPolicy, and what binds a kubelet to its node. */
export async function apiServer(keys: Credentials): Promise<ServiceProcess> {
  const key = keyOf(keys.client);
  return {
    name: "kube-apiserver",
    network: "node",
    command: [
      await binary("kube-apiserver"),
      "--etcd-servers=http://127.0.0.1:2379",
      `--advertise-address=${ADDRESSES.node}`,
      `--secure-port=${PORTS.api}`,
      `--tls-cert-file=${keys.server}`,
      `--tls-private-key-file=${keyOf(keys.server)}`,
      `--client-ca-file=${keys.authority}`,
      `--token-auth-file=${keys.tokens}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      // As clusters in use have it: otherwise privileged pods are refused before Pod Security and the policies are asked.
      "--allow-privileged=true",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${keys.serviceAccountKey}`,
      `--service-account-signing-key-file=${keys.serviceAccountKey}`,
      `--service-cluster-ip-range=${ADDRESSES.services}`,
      // For logs and exec.
      "--kubelet-preferred-address-types=InternalIP",
      `--kubelet-client-certificate=${keys.client}`,
      `--kubelet-client-key=${key}`,
      // For extension servers, of which metrics-server is one.
      `--requestheader-client-ca-file=${keys.authority}`,
      "--requestheader-allowed-names=front-proxy",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-username-headers=X-Remote-User",
      `--proxy-client-cert-file=${keys.client}`,
      `--proxy-client-key-file=${key}`,
      "--enable-aggregator-routing=true",
    ],
  };
}

/** There is one of it: leader election would only make it wait. */
export async function controllerManager(keys: Credentials): Promise<ServiceProcess> {
  return {
    name: "kube-controller-manager",
    network: "node",
    command: [
      await binary("kube-controller-manager"),
      `--kubeconfig=${keys.kubeconfig("controllers")}`,
      "--leader-elect=false",
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${keys.serviceAccountKey}`,
      `--root-ca-file=${keys.authority}`,
      "--allocate-node-cidrs=true",
      `--cluster-cidr=${ADDRESSES.pods}`,
      "--node-cidr-mask-size=24",
      // So that autoscalers know soon of pods that have just started, for which an environment is Progressing until then.
      "--horizontal-pod-autoscaler-sync-period=5s",
      "--horizontal-pod-autoscaler-initial-readiness-delay=5s",
    ],
  };
}

export async function scheduler(keys: Credentials): Promise<ServiceProcess> {
  return {
    name: "kube-scheduler",
    network: "node",
    command: [
      await binary("kube-scheduler"),
      `--kubeconfig=${keys.kubeconfig("scheduler")}`,
      "--leader-elect=false",
    ],
  };
}

/** Where etcd keeps its data in a cluster's folder. */
export function etcdFolder(folder: string): string {
  return join(folder, "machine", "etcd");
}
