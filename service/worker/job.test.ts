import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readRun } from "../store/read/runs.ts";
import { cancelRun } from "../store/runs.ts";
import { startWorker } from "./start.ts";
import { eventsOf, queueChange, queueRun, runUntil, stepsOf, workerContext } from "./testing.ts";
import { handed } from "./testing-dagster.ts";
import { byJob, endJob, jobBench, podOf } from "./testing-kubernetes.ts";

/*
 * What becomes of a step whose Job, or whose API server, fares badly; a stand-in answers. Jobs that really run, fail, are
 * evicted, cancelled and left by a killed worker are in scripts/cluster/scenarios/14-jobs.ts.
 */

let bench: Awaited<ReturnType<typeof jobBench>>;
beforeAll(async () => {
  bench = await jobBench("a", "plain");
}, 60_000);
afterEach(() => bench.stopWorkers());
afterAll(() => bench?.end(), 30_000);

const RUN_MS = 40_000;
const stepOf = async (run: string) => (await stepsOf(bench.store.db, run)).find(({ name }) => name === "job");
const linesOf = async (run: string, pattern: RegExp) =>
  (await eventsOf(bench.store.db, run)).filter((line) => pattern.test(line));
const ended = (run: string) => runUntil(bench.store.db, run, undefined, RUN_MS);

test("a change is given to a Job, followed to its end and its result reported; other databases have no such step", async () => {
  const { store, api } = bench;
  await bench.work([byJob("a"), handed("plain", null)]);
  const run = await queueChange(store.db, "a");
  const held = await bench.made();
  const name = held.job.metadata?.name ?? "";
  expect(JSON.parse(held.map?.data?.["change.json"] ?? "")).toMatchObject({
    database: "a",
    run: { id: Number(run) },
    change: { objects: [{ identity: "public.orders.total" }] },
    judgement: { worst: "breaking" },
  });
  expect(held.map?.metadata?.ownerReferences?.[0]).toMatchObject({ kind: "Job", name, uid: "uid-1" });
  held.pods = [podOf("pod-1")];
  held.log = "one\ntwo\n";
  await bench.said(run, /job info: two/);
  expect((await readRun(store.db, Number(run))).steps.find((step) => step.name === "job")).toMatchObject({
    note: `ns/${name}: running`,
    link: null,
  });
  held.log += "three\n";
  held.pods = [podOf("pod-1", 0)];
  endJob(held, "Complete");
  const row = await ended(run);
  expect(row.state).toBe("succeeded");
  expect(await stepOf(run)).toMatchObject({
    state: "succeeded",
    output: {
      namespace: "ns",
      name,
      exitCode: 0,
      note: `ns/${name}: succeeded, exit code 0`,
      result: { rows: 3 },
    },
  });
  expect(await linesOf(run, /job info: (one|two|three)$/)).toHaveLength(3);
  for (const report of [row.report_markdown, row.report_html])
    for (const part of [name, "exit code 0", "rows: "]) expect(report).toContain(part);
  const plain = await queueChange(store.db, "plain");
  await ended(plain);
  expect((await stepsOf(store.db, plain)).map((step) => step.name)).not.toContain("job");
  const unchanged = await queueRun(store.db, "a");
  expect((await ended(unchanged)).state).toBe("succeeded");
  expect(api.counts.created).toBe(1);
}, 60_000);

test("an answer that is lost, and an API server that is away: one Job, said once, and gone on with", async () => {
  const { store, api } = bench;
  let lost = 0;
  // Made, but nobody hears of it.
  api.after((method, path) =>
    method === "POST" && path.endsWith("/jobs") && ++lost === 1
      ? new Response("", { status: 504 })
      : undefined,
  );
  await bench.work([byJob("a")]);
  const run = await queueChange(store.db, "a");
  const held = await bench.made();
  expect(api.counts.created).toBe(1);
  await bench.said(run, /job info: Found the Job ns\//);
  let away = 0;
  api.before(() => (++away <= 3 ? new Response("starting", { status: 503 }) : undefined));
  await bench.said(run, /job warn: .*\(503\): starting Asking again\./);
  held.pods = [podOf("pod-1", 0)];
  held.log = "one\n";
  endJob(held, "Complete");
  expect((await ended(run)).state).toBe("succeeded");
  expect((await stepOf(run))?.state).toBe("succeeded");
  expect(await linesOf(run, /Asking again/)).toHaveLength(2);
  expect(await linesOf(run, /Kubernetes answers again/)).toHaveLength(2);
  expect(api.counts).toEqual({ created: 1, deleted: 0 });
}, 60_000);

test("an API server that stays away is asked until the time is over, and once more whether a Job was made", async () => {
  const { store, api } = bench;
  let asked = 0;
  api.before((method, path) => {
    if (method === "GET" && path.includes("/jobs/")) asked += 1;
    return method === "POST" ? new Response("", { status: 503 }) : undefined;
  });
  await bench.work([byJob("a", { timeoutMs: 2500 })]);
  const run = await queueChange(store.db, "a");
  await ended(run);
  expect((await stepOf(run))?.error).toMatch(/^Not done within 2\.5 s, so the Job ns\/\S+ was given up\.$/);
  expect(asked).toBeGreaterThan(0);
  expect(api.counts.created).toBe(0);
}, 60_000);

test("what the API server refuses fails the step at once with its words, and leaves no Job", async () => {
  const { store, api } = bench;
  await bench.work([byJob("a")]);
  for (const [kind, code, words] of [
    ["/jobs", 403, 'jobs.batch "x" is forbidden: exceeded quota: jobs'],
    ["/jobs", 422, "spec.template.spec: Invalid value"],
    ["/configmaps", 403, "exceeded quota: configmaps"],
  ] as const) {
    api.before((method, path) =>
      method === "POST" && path.endsWith(kind) ? api.refused(code, words) : undefined,
    );
    const run = await queueChange(store.db, "a");
    const row = await ended(run);
    expect(row.state).toBe("succeeded");
    const step = await stepOf(run);
    expect(step).toMatchObject({ state: "failed", error: expect.stringContaining(`(${code}): ${words}`) });
    expect(row.report_markdown).toContain("**Failed:**");
    expect(api.jobs.size).toBe(0);
  }
}, 60_000);

test("a pod that cannot be made is told in the cluster's words, once, and waited for within bounds", async () => {
  const { store, api } = bench;
  await bench.work([byJob("a", { startWithinMs: 7000 })]);
  const run = await queueChange(store.db, "a");
  const held = await bench.made();
  held.events = [
    { reason: "FailedCreate", message: "exceeded quota: pods" },
    { reason: "Unhealthy", message: "Startup probe failed" },
  ];
  await ended(run);
  expect(await linesOf(run, /job warn: It has no pod: FailedCreate: exceeded quota: pods/)).toHaveLength(1);
  expect((await stepOf(run))?.error).toMatch(/did not begin within 7 s: FailedCreate: exceeded quota: pods/);
  expect(api.counts).toEqual({ created: 1, deleted: 1 });
}, 60_000);

test("a Job that fails is told with its exit code and the last of its log, and a pod that was tried before", async () => {
  const { store } = bench;
  await bench.work([byJob("a", { retries: 1 })]);
  const run = await queueChange(store.db, "a");
  const held = await bench.made();
  held.log = "reading\nno memory left\n";
  held.pods = [podOf("pod-1", 3)];
  await bench.said(run, /job warn: Its pod pod-1 ended with exit code 3\./);
  held.pods = [podOf("pod-1", 3), podOf("pod-2", 4)];
  endJob(held, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
  await ended(run);
  expect((await stepOf(run))?.error).toMatch(
    /^The Job ns\/\S+ failed: exit code 4 of its pod pod-2\. Its log ended with: reading \| no memory left$/,
  );
  const shown = (await readRun(store.db, Number(run))).steps.find(({ name }) => name === "job");
  expect(shown?.note).toMatch(/: failed, exit code 4$/);
}, 60_000);

test("a Job that Kubernetes ended in time, or that somebody deleted, or that is another's, fails the step", async () => {
  const { store, api } = bench;
  await bench.work([byJob("a")]);
  const late = await queueChange(store.db, "a");
  endJob(await bench.made(), "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
  await ended(late);
  expect((await stepOf(late))?.error).toMatch(/was not done within 60 s; Kubernetes ended it\.$/);
  api.jobs.clear();
  const deleted = await queueChange(store.db, "a");
  (await bench.made()).pods = [podOf("pod-1")];
  await bench.said(deleted, /Its pod pod-1 runs/);
  api.jobs.clear();
  await ended(deleted);
  expect((await stepOf(deleted))?.error).toMatch(/was deleted in the cluster before its end was seen\.$/);

  // A store that was restored counts its runs anew.
  api.before((method, path) => {
    const name = path.split("/").at(-1) ?? "";
    if (method === "POST" && path.endsWith("/jobs")) return api.refused(409, "already exists");
    if (path.includes("/jobs/") && method === "GET")
      return Response.json({ metadata: { name, uid: "other", labels: {}, annotations: {} } });
    return undefined;
  });
  const taken = await queueChange(store.db, "a");
  await ended(taken);
  expect((await stepOf(taken))?.error).toMatch(/that is not this run's, or is being deleted/);
  expect(api.counts.deleted).toBe(0);
}, 60_000);

test("a cancelled run deletes its Job", async () => {
  const { store, api } = bench;
  await bench.work([byJob("a")]);
  const run = await queueChange(store.db, "a");
  (await bench.made()).pods = [podOf("pod-1")];
  await bench.said(run, /Its pod pod-1 runs/);
  await cancelRun(store.db, run);
  expect((await ended(run)).state).toBe("cancelled");
  expect(api.counts).toEqual({ created: 1, deleted: 1 });
  expect(await linesOf(run, /job info: The Job ns\/\S+ and its pods are deleted\./)).toHaveLength(1);
}, 60_000);

test("a worker that hands its run back leaves the Job to the next one, which goes on with the next line", async () => {
  const { store, api } = bench;
  await bench.work([byJob("a")]);
  const run = await queueChange(store.db, "a");
  const held = await bench.made();
  held.pods = [podOf("pod-1")];
  held.log = "one\ntwo\n";
  await bench.said(run, /job info: two/);
  const jobs = new Map(api.jobs);
  await bench.stopWorkers();
  for (const [name, one] of jobs) api.jobs.set(name, one);
  held.log += "three\n";
  held.pods = [podOf("pod-1", 0)];
  endJob(held, "Complete");
  await bench.work([byJob("a")]);
  expect((await ended(run)).state).toBe("succeeded");
  expect(await linesOf(run, /job info: (one|two|three)$/)).toHaveLength(3);
  expect(await linesOf(run, /Made the Job|Found the Job/)).toHaveLength(1);
  expect(api.counts).toEqual({ created: 0, deleted: 0 });
}, 60_000);

test("outside of a cluster the step fails and says what to do", async () => {
  const { context, close } = await workerContext(bench.store.url, { watched: [byJob("a")] });
  const role = await startWorker(context);
  try {
    const run = await queueChange(bench.store.db, "a");
    expect((await ended(run)).state).toBe("succeeded");
    expect((await stepOf(run))?.error).toMatch(/does not run in a Kubernetes cluster.*kubernetes-jobs/);
  } finally {
    await role.stop(3000);
    await close();
  }
}, 60_000);
