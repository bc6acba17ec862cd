import { AppError } from "../../../service/errors.ts";
import { type RunResult, run } from "../../lib/exec.ts";
import type { KubeObject } from "../../lib/kustomize.ts";
import { openApi } from "../machine/api.ts";
import type { ClusterFacts } from "../types.ts";
import { environmentOf } from "./scripts.ts";
import { waitFor } from "./wait.ts";

export interface KubectlOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs kubectl on the cluster and returns what it said, whatever its status. */
export function tryKubectl(
  cluster: ClusterFacts,
  args: readonly string[],
  { input, timeoutMs = 60_000 }: KubectlOptions = {},
): Promise<RunResult> {
  return run(["kubectl", ...args], {
    env: environmentOf(cluster),
    timeoutMs,
    ...(input === undefined ? {} : { input }),
  });
}

/** As `tryKubectl`, for what must succeed: returns standard output; AppError "invalid" with kubectl's words otherwise. */
export async function kubectl(
  cluster: ClusterFacts,
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await tryKubectl(cluster, args, options);
  if (status === 0) return stdout;
  throw new AppError("invalid", `kubectl ${args.join(" ")} ended with ${status}: ${stderr.trim()}`);
}

/** Where the API server keeps the kinds that are asked for often; a call of kubectl costs 0.1 s of a core each. */
const GROUPS: Readonly<Record<string, string>> = {
  application: "/apis/argoproj.io/v1alpha1",
  rollout: "/apis/argoproj.io/v1alpha1",
  deployment: "/apis/apps/v1",
  statefulset: "/apis/apps/v1",
  job: "/apis/batch/v1",
  event: "/api/v1",
  node: "/api/v1",
  pod: "/api/v1",
  secret: "/api/v1",
  service: "/api/v1",
  serviceaccount: "/api/v1",
};

/** The objects of a kind (singular) in a namespace, or in all for "". */
function pathOf(namespace: string, kind: string): string {
  const group = GROUPS[kind];
  if (group === undefined) {
    throw new AppError("invalid", `${kind} is none of ${Object.keys(GROUPS).join(", ")}.`, {
      mend: "Name its group in scripts/cluster/client/kubectl.ts.",
    });
  }
  return `${group}${namespace === "" ? "" : `/namespaces/${namespace}`}/${kind}s`;
}

/** One object as the API server has it, e.g. `find(cluster, namespace, "service/web")`; undefined when it is not there. */
export async function find<T = KubeObject>(
  cluster: ClusterFacts,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  const [kind = "", own = ""] = name.split("/");
  try {
    return (await openApi(cluster.kubeconfig).get(`${pathOf(namespace, kind)}/${own}`)) as T;
  } catch (error) {
    if (error instanceof AppError && /answered with 404/.test(error.message)) return undefined;
    throw error;
  }
}

/** Objects of a kind, e.g. `list(cluster, namespace, "pod", "app=web")`; the selector is one of labels. */
export async function list<T = KubeObject>(
  cluster: ClusterFacts,
  namespace: string,
  kind: string,
  selector = "",
): Promise<readonly T[]> {
  const query = selector === "" ? "" : `?labelSelector=${encodeURIComponent(selector)}`;
  const answer = await openApi(cluster.kubeconfig).get(`${pathOf(namespace, kind)}${query}`);
  return (answer as { items: T[] }).items;
}

/** What is used of a pod. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The pods of a component (web, poller, worker, database, …) that are not on their way out. */
export async function podsOf(
  cluster: ClusterFacts,
  namespace: string,
  component: string,
): Promise<readonly Pod[]> {
  const pods = await list<Pod>(cluster, namespace, "pod", `app.kubernetes.io/component=${component}`);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Whether a pod takes requests. */
export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}

/** Waits until a component has exactly so many pods that are not on their way out, all ready. */
export async function untilReady(
  cluster: ClusterFacts,
  namespace: string,
  component: string,
  count: number,
  withinMs: number,
): Promise<void> {
  await waitFor(`${count} ready pods of ${component}`, withinMs, async () => {
    const pods = await podsOf(cluster, namespace, component);
    return pods.length === count && pods.every(isReady);
  });
}
