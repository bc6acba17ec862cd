import { expect, test } from "bun:test";
import type { V1ContainerStatus, V1Pod } from "./models.ts";
import {
  endOf,
  exitCodeOf,
  hasBegun,
  inOrder,
  isOver,
  lostBecause,
  overBecause,
  troubleOf,
} from "./state.ts";

type Status = NonNullable<V1Pod["status"]>;
const pod = (status: Partial<Status>): V1Pod => ({ status });
const job = (state: V1ContainerStatus["state"]): Partial<Status> => ({
  containerStatuses: [{ name: "job", state } as V1ContainerStatus],
});
const condition = (type: string, status: string, reason?: string, message?: string) => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message }),
});
const startedAt = new Date("2026-11-23T05:00:00Z");

test("what keeps a pod from beginning is told in the cluster's words, and of what sort it is", () => {
  const waiting = (reason: string, message?: string) =>
    troubleOf(pod(job({ waiting: { reason, ...(message === undefined ? {} : { message }) } })));
  expect(waiting("ContainerCreating")).toBeNull();
  expect(waiting("PodInitializing")).toBeNull();
  expect(waiting("ErrImagePull", "not found")).toEqual({
    sort: "job image",
    words: "ErrImagePull: not found",
  });
  expect(waiting("ImagePullBackOff", "back-off")?.sort).toBe("job image");
  expect(waiting("InvalidImageName")).toEqual({ sort: "job image", words: "InvalidImageName" });
  expect(waiting("CreateContainerConfigError", 'secret "acme" not found')).toEqual({
    sort: "job CreateContainerConfigError",
    words: 'CreateContainerConfigError: secret "acme" not found',
  });
  const unplaced = condition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available");
  expect(troubleOf(pod({ conditions: [unplaced] }))?.words).toBe("Unschedulable: 0/1 nodes are available");
  const sidecar = { name: "result", state: { waiting: { reason: "CrashLoopBackOff" } } } as V1ContainerStatus;
  expect(troubleOf(pod({ initContainerStatuses: [sidecar] }))?.sort).toBe("result CrashLoopBackOff");
});

test("a pod that is over says why: by its exit code, or by who took it away", () => {
  const ended = pod(job({ terminated: { exitCode: 3, reason: "Error", startedAt } }));
  expect([hasBegun(ended), isOver(ended), exitCodeOf(ended), overBecause(ended)]).toEqual([
    true,
    true,
    3,
    "exit code 3",
  ]);
  const killed = pod(job({ terminated: { exitCode: 137, reason: "OOMKilled", startedAt } }));
  expect(overBecause(killed)).toBe("exit code 137 (OOMKilled)");
  const taken = condition("DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting");
  const evicted = pod({ ...ended.status, conditions: [taken] });
  expect(lostBecause(evicted)).toBe("EvictionByEvictionAPI: Eviction API: evicting");
  expect(overBecause(evicted)).toBe(lostBecause(evicted) ?? "");
  // Before its container began.
  const early = pod({ phase: "Failed", reason: "Evicted", message: "The node was low on memory." });
  expect([hasBegun(early), isOver(early), exitCodeOf(early), overBecause(early)]).toEqual([
    false,
    true,
    null,
    "Evicted: The node was low on memory.",
  ]);
  const runs = pod(job({ running: { startedAt } }));
  expect([hasBegun(runs), isOver(runs)]).toEqual([true, false]);
});

test("a Job has ended when Kubernetes says so finally", () => {
  const withConditions = (...conditions: ReturnType<typeof condition>[]) => endOf({ status: { conditions } });
  expect(endOf({})).toBeNull();
  expect(withConditions(condition("SuccessCriteriaMet", "True"), condition("Failed", "False"))).toBeNull();
  expect(withConditions(condition("Complete", "True"))).toEqual({ succeeded: true, reason: "", message: "" });
  expect(withConditions(condition("Failed", "True", "DeadlineExceeded", "too long"))).toEqual({
    succeeded: false,
    reason: "DeadlineExceeded",
    message: "too long",
  });
});

test("pods are taken in the order in which they were made", () => {
  const made = (name: string, second: number): V1Pod => ({
    metadata: { name, creationTimestamp: new Date(second * 1000) },
  });
  expect(inOrder([made("b", 2), made("a", 1)]).map(({ metadata }) => metadata?.name)).toEqual(["a", "b"]);
});
