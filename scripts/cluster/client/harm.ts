import { readdirSync, readFileSync } from "node:fs";
import { AppError } from "../../../service/errors.ts";
import type { ClusterFacts } from "../types.ts";
import { type Pod, tryKubectl } from "./kubectl.ts";

/** Ends the first process of a pod's container by SIGKILL, from outside: nothing in the pod hears of it before. */
export function killFirstProcess(pod: Pod, program: string): void {
  const [pid] = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && isFirst(entry, pod, program));
  if (pid === undefined) {
    throw new AppError(
      "not_found",
      `No process ${program} of pod ${pod.metadata.name} runs on this machine.`,
    );
  }
  process.kill(Number(pid), "SIGKILL");
}

/** Whether it is a container's process 1, of that pod and that program. A process may end while it is looked at. */
function isFirst(pid: string, pod: Pod, program: string): boolean {
  const read = (name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "utf8");
    } catch {
      return "";
    }
  };
  // The pod's cgroup bears its UID; NSpid ends with the number that the process has in its own namespace (proc(5)).
  return (
    read("cgroup").includes(`pod${pod.metadata.uid}`) &&
    read("comm").trim() === program &&
    /^NSpid:.*\t1$/m.test(read("status"))
  );
}

/**
 * Asks for a pod's eviction as `kubectl drain` does. "refused" when the disruption budget does not allow it now.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
export async function evict(
  cluster: ClusterFacts,
  namespace: string,
  name: string,
): Promise<"evicted" | "refused"> {
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const { status, stderr } = await tryKubectl(cluster, ["create", "--raw", path, "--filename=-"], {
    input: JSON.stringify(eviction),
  });
  if (status === 0) return "evicted";
  if (/disruption budget/.test(stderr)) return "refused";
  throw new AppError("invalid", `The eviction of ${name} was answered: ${stderr.trim()}`);
}
