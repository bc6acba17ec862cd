import { CONTAINER } from "./manifest.ts";
import type { V1ContainerStatus, V1Job, V1Pod } from "./models.ts";

/** How a Job ended, as Kubernetes says. */
export interface JobEnd {
  readonly succeeded: boolean;
  /** Kubernetes' word, e.g. "BackoffLimitExceeded"; empty when it gives none. */
  readonly reason: string;
  readonly message: string;
}

/** Null while it goes on. https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions */
export function endOf({ status }: V1Job): JobEnd | null {
  for (const { type, status: is, reason = "", message = "" } of status?.conditions ?? []) {
    if (is === "True" && (type === "Complete" || type === "Failed"))
      return { succeeded: type === "Complete", reason, message };
  }
  return null;
}

/** The pods in the order in which they were made. */
export function inOrder(pods: readonly V1Pod[]): readonly V1Pod[] {
  const madeAt = ({ metadata }: V1Pod) => metadata?.creationTimestamp?.getTime() ?? 0;
  return [...pods].sort((one, other) => madeAt(one) - madeAt(other));
}

export const nameOf = ({ metadata }: V1Pod): string => metadata?.name ?? "";

const own = ({ status }: V1Pod): V1ContainerStatus | undefined =>
  status?.containerStatuses?.find(({ name }) => name === CONTAINER);

/** Whether the user's container has begun, and so has a log. */
export function hasBegun(pod: V1Pod): boolean {
  const state = own(pod)?.state;
  return state?.running !== undefined || state?.terminated?.startedAt !== undefined;
}

/** Whether the user's container is over, or will never begin. */
export function isOver(pod: V1Pod): boolean {
  const { phase } = pod.status ?? {};
  return own(pod)?.state?.terminated !== undefined || phase === "Failed" || phase === "Succeeded";
}

/** The exit code of the user's container; null when it did not end by itself or is not known. */
export function exitCodeOf(pod: V1Pod): number | null {
  return own(pod)?.state?.terminated?.exitCode ?? null;
}

/** Why a pod is over, e.g. `exit code 137 (OOMKilled)`, or as the cluster says when it was taken away. */
export function overBecause(pod: V1Pod): string {
  const lost = lostBecause(pod);
  if (lost !== null) return lost;
  const terminated = own(pod)?.state?.terminated;
  if (!terminated)
    return [pod.status?.reason, pod.status?.message].filter(Boolean).join(": ") || "no reason given";
  const { exitCode, reason, message } = terminated;
  // Of an exit that is not 0 Kubernetes always says Error.
  const why = reason && reason !== "Error" && reason !== "Completed" ? ` (${reason})` : "";
  return `exit code ${exitCode}${why}${message ? `: ${message.trim()}` : ""}`;
}

/** Why the cluster took a pod away: evicted, its node gone, preempted; null when it did not. */
export function lostBecause({ status }: V1Pod): string | null {
  const taken = status?.conditions?.find(
    ({ type, status: is }) => type === "DisruptionTarget" && is === "True",
  );
  if (!taken) return null;
  return [taken.reason, taken.message].filter(Boolean).join(": ");
}

/** Why containers wait that goes not away by itself, or seldom; kubelet's words. */
const STUCK =
  /^(ErrImage|ImagePullBackOff|ImageInspectError|InvalidImageName|RegistryUnavailable|SignatureValidationFailed|Create|RunContainerError|CrashLoopBackOff|PreStart|PostStart)/;

export interface Trouble {
  /** Of what sort; to be said once. */
  readonly sort: string;
  /** The cluster's own words. */
  readonly words: string;
}

/** What keeps a pod from beginning; null when nothing does but time. */
export function troubleOf({ status }: V1Pod): Trouble | null {
  const unplaced = status?.conditions?.find(
    ({ type, status: is }) => type === "PodScheduled" && is === "False",
  );
  if (unplaced) {
    const reason = unplaced.reason ?? "not scheduled";
    return { sort: reason, words: `${reason}: ${unplaced.message ?? "no reason given"}` };
  }
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { name, state } of containers) {
    const { reason = "", message } = state?.waiting ?? {};
    if (!STUCK.test(reason)) continue;
    // Pulling and waiting before the next pull take turns.
    const sort = /Image|Registry|Signature/.test(reason) ? "image" : reason;
    return { sort: `${name} ${sort}`, words: message ? `${reason}: ${message}` : reason };
  }
  return null;
}
