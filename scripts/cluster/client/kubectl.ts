import { AppError } from "../../../service/errors.ts";
import { type RunResult, run } from "../../lib/exec.ts";
import type { KubeObject } from "../../lib/kustomize.ts";
import type { ClusterFacts } from "../types.ts";
import { environmentOf } from "./scripts.ts";

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

/** One object as the API server has it; undefined when it is not there. */
export async function find<T = KubeObject>(
  cluster: ClusterFacts,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  const get = ["get", name, `--namespace=${namespace}`, "--ignore-not-found", "--output=json"];
  const text = await kubectl(cluster, get);
  return text.trim() === "" ? undefined : (JSON.parse(text) as T);
}

/** Objects of a kind, e.g. `list(cluster, namespace, "pods", "--selector=app=web")`. */
export async function list<T = KubeObject>(
  cluster: ClusterFacts,
  namespace: string,
  kind: string,
  ...more: readonly string[]
): Promise<readonly T[]> {
  const text = await kubectl(cluster, ["get", kind, `--namespace=${namespace}`, "--output=json", ...more]);
  return (JSON.parse(text) as { items: T[] }).items;
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
  const selector = `--selector=app.kubernetes.io/component=${component}`;
  const pods = await list<Pod>(cluster, namespace, "pods", selector);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Whether a pod takes requests. */
export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}
