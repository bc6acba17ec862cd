import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evict, killFirstProcess } from "../client/harm.ts";
import { kubectl, list, type Pod, podsOf, untilReady } from "../client/kubectl.ts";
import type { ServiceApi } from "../client/service.ts";
import { psql, storeRows } from "../client/store.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { deliver, editFile } from "./framework/change.ts";
import { type Edits, withDevChanged } from "./framework/committed.ts";
import { newSchema } from "./framework/ddl-load.ts";
import { settle } from "./framework/environment.ts";
import type { Scenario, World } from "./framework/scenario.ts";

const NAMESPACE = "schemawatch-dev";
const WITHIN_MS = 120_000;
/** What the container does hangs on the names of the tables that it is told of. */
const SCRIPT = readFileSync(join(import.meta.dir, "14-jobs.sh"), "utf8");
/** Ticks of a table that is named `waits`, one a second. */
const TICKS = 12;
/** No registry has it. */
const UNKNOWN = `@sha256:${"0".repeat(64)}`;

/** The engine `job` on the real cluster: docs/jobs.md. */
export const scenario: Scenario = {
  number: 14,
  title:
    "Kubernetes Jobs: success, failure, eviction, an image that cannot be pulled, cancel, kill -9; rights",
  run: async (world) => {
    const cluster = await world.cluster();
    const { busybox } = await world.images();
    const digest = busybox.slice(busybox.indexOf("@"));
    await world.environment("dev");
    await expectRights(cluster, []);
    await withDevChanged(world, "Process shop's changes by a Job", withJobs(busybox), async () => {
      await expectRights(cluster, RIGHTS);
      const { api } = await world.environment("dev");
      await untilReady(cluster, NAMESPACE, "worker", 1, WITHIN_MS);
      await api.watching(["shop"], WITHIN_MS);
      const schema = await newSchema(cluster, "jobs");
      const bench = { world, cluster, api, schema };
      await succeeds(bench);
      await fails(bench);
      await survivesEviction(bench);
      await isCancelled(bench);
      await survivesKills(bench);
      editFile(cluster, "overlays/dev/databases.yaml", (text) => text.replace(digest, UNKNOWN));
      await settle(cluster, "dev", await deliver(cluster, "Name an image that is not there"));
      await api.watching(["shop"], WITHIN_MS);
      await isNotPulled(bench);
    });
  },
};

interface Bench {
  readonly world: World;
  readonly cluster: Cluster;
  readonly api: ServiceApi;
  readonly schema: string;
}

/** The component, and the engine of shop. */
function withJobs(image: string): Edits {
  const section = {
    image,
    command: ["sh", "-c", SCRIPT],
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
    env: { TICKS: String(TICKS) },
    startWithin: "20s",
    timeout: "5m",
  };
  return {
    "overlays/dev/kustomization.yaml": (text) =>
      text.replace("components:\n", "components:\n  - ../../base/components/kubernetes-jobs\n"),
    // JSON is YAML.
    "overlays/dev/databases.yaml": (text) =>
      `job: ${JSON.stringify(section)}\n${text.replace("  - name: shop\n", "  - name: shop\n    engine: job\n")}`,
  };
}

/** What the component grants the worker, and nobody else, as kubectl writes it. */
const RIGHTS = [
  "configmaps [] [] [create]",
  "events [] [] [list]",
  "jobs.batch [] [] [create get delete]",
  "pods [] [] [get list]",
  "pods/log [] [] [get]",
];

/** Asks the API server for all that the accounts may do, beyond what it lets every account do. */
async function expectRights(cluster: Cluster, ofWorker: readonly string[]): Promise<void> {
  const may = async (account: string, namespace: string) => {
    const as = `--as=system:serviceaccount:${NAMESPACE}:${account}`;
    const said = await kubectl(cluster, ["auth", "can-i", "--list", as, `--namespace=${namespace}`]);
    return said
      .trim()
      .split("\n")
      .map((line) => line.replace(/\s+/g, " "));
  };
  const everybody = await may("default", NAMESPACE);
  const beyond = async (account: string, namespace: string) =>
    (await may(account, namespace)).filter((right) => !everybody.includes(right)).sort();
  same(await beyond("worker", NAMESPACE), ofWorker, "what the worker's account may do");
  for (const account of ["web", "poller", "migration", "retention"])
    same(await beyond(account, NAMESPACE), [], `what the account of ${account} may do`);
  same(await beyond("worker", "default"), [], "what the worker's account may do elsewhere");
}

/** Makes a table and returns the run of that change. */
async function change({ cluster, api, schema }: Bench, table: string): Promise<number> {
  await psql(cluster, "shop", `create table ${schema}.${table} (id integer)`);
  return waitFor(`the run of ${table}`, WITHIN_MS, async () => {
    const [row] = await storeRows<{ id: number }>(
      cluster,
      "dev",
      `select r.id from schemawatch.run r join schemawatch.change_object o on o.change_id = r.change_id
        where o.identity = '${schema}.${table}' order by r.id desc limit 1`,
    );
    return row?.id;
  }).then(async (id) => (await api.run(id)).id);
}

interface JobObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec: { readonly ttlSecondsAfterFinished: number };
}

const selector = (run: number) => `schemawatch/run=${run}`;
const jobsOf = ({ cluster }: Bench, run: number) => list<JobObject>(cluster, NAMESPACE, "job", selector(run));
const podsFor = ({ cluster }: Bench, run: number) => list<Pod>(cluster, NAMESPACE, "pod", selector(run));

async function linesOf({ cluster }: Bench, run: number): Promise<string[]> {
  const rows = await storeRows<{ message: string }>(
    cluster,
    "dev",
    `select message from schemawatch.run_event where run_id = ${run} and type = 'log' and step = 'job' order by seq`,
  );
  return rows.map(({ message }) => message);
}

function said(bench: Bench, run: number, pattern: RegExp): Promise<string> {
  return waitFor(
    `the log of run ${run} to say ${pattern}`,
    WITHIN_MS,
    async () => (await linesOf(bench, run)).find((line) => pattern.test(line)),
    async () => JSON.stringify(await linesOf(bench, run)),
  );
}

async function stepOf({ cluster }: Bench, run: number) {
  const [step] = await storeRows<{ state: string; output: Record<string, unknown>; error: string | null }>(
    cluster,
    "dev",
    `select state, output, error from schemawatch.step where run_id = ${run} and name = 'job'`,
  );
  claim(step !== undefined, `run ${run} has a step job`);
  return step;
}

const ticks = (lines: readonly string[]) => lines.filter((line) => /^tick \d+$/.test(line));
const ALL_TICKS = Array.from({ length: TICKS }, (_, number) => `tick ${number}`);

async function succeeds(bench: Bench): Promise<void> {
  const run = await change(bench, "succeeds");
  const ended = await bench.api.ended(run, WITHIN_MS);
  same({ state: ended.state, error: ended.error }, { state: "succeeded", error: null }, `run ${run}`);
  const step = await stepOf(bench, run);
  const [job, ...more] = await jobsOf(bench, run);
  claim(job !== undefined && more.length === 0, "one Job was made");
  same(
    { ...step.output, image: null },
    {
      namespace: NAMESPACE,
      name: job.metadata.name,
      image: null,
      exitCode: 0,
      note: `${NAMESPACE}/${job.metadata.name}: succeeded, exit code 0`,
      result: { database: "shop", user: 65532, read: true },
    },
    "the step's output",
  );
  same(
    job.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`),
    ["ServiceAccount worker"],
    "owner",
  );
  same(job.spec.ttlSecondsAfterFinished, 3600, "ttl");
  const lines = await linesOf(bench, run);
  claim(!lines.includes("its root can be written"), "its root is read-only");
  claim(lines.includes("begun without a token"), `its log is ours: ${JSON.stringify(lines)}`);
  for (const part of [job.metadata.name, "exit code 0", "read: `true`"])
    claim(
      ended.report?.markdown.includes(part) === true,
      `the report tells ${part}: ${ended.report?.markdown}`,
    );
  const map = await kubectl(bench.cluster, [
    ...["get", "configmap", job.metadata.name, `--namespace=${NAMESPACE}`],
    "--output=jsonpath={.metadata.ownerReferences[0].uid}",
  ]);
  same(map, job.metadata.uid, "owner of the ConfigMap");
  const [took] = await storeRows<{ ms: number }>(
    bench.cluster,
    "dev",
    `select extract(epoch from finished_at - started_at) * 1000 as ms from schemawatch.step
      where run_id = ${run} and name = 'job'`,
  );
  bench.world.note(`a Job made, run and its result taken: ${seconds(took?.ms ?? 0)}`);
}

async function fails(bench: Bench): Promise<void> {
  const run = await change(bench, "fails");
  same((await bench.api.ended(run, WITHIN_MS)).state, "succeeded", `run ${run}, which reports it`);
  const { state, error } = await stepOf(bench, run);
  same(state, "failed", "the step");
  claim(/failed: exit code 3 of its pod .*cannot go on/.test(error ?? ""), `it says why: ${error}`);
  bench.world.note(`a failure: ${error}`);
}

async function survivesEviction(bench: Bench): Promise<void> {
  const run = await change(bench, "waits_evicted");
  await said(bench, run, /^tick 2$/);
  const [pod] = await podsFor(bench, run);
  same(await evict(bench.cluster, NAMESPACE, pod?.metadata.name ?? ""), "evicted", "its pod");
  const evicted = performance.now();
  same((await bench.api.ended(run, WITHIN_MS)).state, "succeeded", `run ${run}`);
  same((await stepOf(bench, run)).state, "succeeded", "the step");
  const lines = await linesOf(bench, run);
  same(lines.filter((line) => line === "tick 0").length, 2, "pods that began");
  claim(
    lines.some((line) => line.includes(pod?.metadata.name ?? "") && /taken away|is gone/.test(line)),
    `it says so: ${JSON.stringify(lines)}`,
  );
  same((await jobsOf(bench, run)).length, 1, "Jobs");
  bench.world.note(`an evicted pod: another one was done ${seconds(performance.now() - evicted)} later`);
}

async function isCancelled(bench: Bench): Promise<void> {
  const run = await change(bench, "waits_cancelled");
  await said(bench, run, /^tick 1$/);
  const asked = performance.now();
  await bench.api.ask("POST", `/runs/${run}/cancel`);
  same((await bench.api.ended(run, WITHIN_MS)).state, "cancelled", `run ${run}`);
  same((await jobsOf(bench, run)).length, 0, "Jobs that are left");
  same((await podsFor(bench, run)).length, 0, "pods that are left");
  claim(
    (await linesOf(bench, run)).some((line) => /and its pods are deleted/.test(line)),
    "the log says so",
  );
  bench.world.note(`a cancel: its Job and pods are gone after ${seconds(performance.now() - asked)}`);
}

/** The worker is killed when its Job has just appeared, and again in the middle of its log. */
async function survivesKills(bench: Bench): Promise<void> {
  const { cluster } = bench;
  const worker = async () => {
    const [pod] = await podsOf(cluster, NAMESPACE, "worker");
    claim(pod !== undefined, "a worker is there");
    return pod;
  };
  const first = await worker();
  const run = await change(bench, "waits_killed");
  await waitFor("its Job", WITHIN_MS, async () => (await jobsOf(bench, run)).length > 0);
  killFirstProcess(first, "schemawatch");
  await said(bench, run, /^tick 3$/);
  const second = await waitFor("a worker that runs", WITHIN_MS, async () => {
    const pod = await worker();
    return (await podsOf(cluster, NAMESPACE, "worker")).length === 1 && pod;
  });
  killFirstProcess(second, "schemawatch");
  const killed = performance.now();
  same((await bench.api.ended(run, WITHIN_MS)).state, "succeeded", `run ${run}`);
  const lines = await linesOf(bench, run);
  same(ticks(lines), ALL_TICKS, "lines of the container, each once");
  same((await jobsOf(bench, run)).length, 1, "Jobs");
  same((await podsFor(bench, run)).length, 1, "pods");
  const [row] = await storeRows<{ attempt: number }>(
    cluster,
    "dev",
    `select attempt from schemawatch.run where id = ${run}`,
  );
  claim((row?.attempt ?? 0) >= 3, `the run was taken over twice: attempt ${row?.attempt}`);
  bench.world.note(
    `the worker killed twice in one run: one Job, one pod, ${TICKS} lines each once; done ${seconds(performance.now() - killed)} after the second kill`,
  );
}

async function isNotPulled(bench: Bench): Promise<void> {
  const run = await change(bench, "succeeds_not");
  await said(bench, run, /does not begin: (ErrImagePull|ImagePullBackOff)/);
  same((await bench.api.ended(run, WITHIN_MS)).state, "succeeded", `run ${run}, which reports it`);
  const { state, error } = await stepOf(bench, run);
  same(state, "failed", "the step");
  claim(
    /did not begin within 20 s: (ErrImagePull|ImagePullBackOff): .*sha256:0000/.test(error ?? ""),
    `why: ${error}`,
  );
  const lines = await linesOf(bench, run);
  same(lines.filter((line) => /does not begin/.test(line)).length, 1, "how often the live log says so");
  same((await jobsOf(bench, run)).length, 0, "Jobs that are left");
  bench.world.note(`an image that is not there: ${error}`);
}
