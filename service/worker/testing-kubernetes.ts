import { systemClock } from "../clock.ts";
import type { WatchedDatabase } from "../config/types.ts";
import { KubernetesClient } from "../kubernetes/client.ts";
import type { V1ConfigMap, V1Job, V1Pod } from "../kubernetes/models.ts";
import { writtenResult } from "../kubernetes/result.ts";
import type { JobTarget } from "../kubernetes/target.ts";
import { installationId } from "../store/installation.ts";
import { storeWith } from "../store/testing.ts";
import { selfSigned } from "../testing/certificate.ts";
import { until } from "../testing/until.ts";
import { eventsOf, workerContext } from "./testing.ts";
import { handed } from "./testing-dagster.ts";
import { watchedConnections } from "./watched.ts";
import { runWorker } from "./worker.ts";
import { processSchemaChange } from "./workflows/process-schema-change.ts";

const target: JobTarget = {
  image: `ghcr.io/acme/process@sha256:${"0a".repeat(32)}`,
  command: null,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "1Gi" } },
  serviceAccount: null,
  namespace: null,
  env: {},
  timeoutMs: 60_000,
  startWithinMs: 30_000,
  ttlMs: 3_600_000,
  retries: 0,
};

/** A database whose changes a Job processes. */
export const byJob = (name: string, over: Partial<JobTarget> = {}): WatchedDatabase => ({
  ...handed(name, null),
  job: { ...target, ...over },
});

interface Held {
  readonly job: V1Job;
  map?: V1ConfigMap;
  pods: V1Pod[];
  log: string;
  events: { readonly reason: string; readonly message: string }[];
}

/**
 * In the place of an API server: it keeps what it is given, and tells of Jobs what a test says becomes of them. For what a real
 * one does not do when it is asked to; that one is asked in scripts/cluster/scenarios/14-jobs.ts.
 */
export function standInApi() {
  const authority = selfSigned("localhost");
  const jobs = new Map<string, Held>();
  const counts = { created: 0, deleted: 0 };
  let before: (method: string, path: string) => Response | undefined = () => undefined;
  let after: (method: string, path: string) => Response | undefined = () => undefined;
  const refused = (code: number, message: string) =>
    Response.json({ kind: "Status", code, message }, { status: code });
  const server = Bun.serve({
    hostname: "localhost",
    port: 0,
    tls: authority,
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.text();
      const early = before(request.method, pathname);
      if (early) return early;
      const answer = respond(request.method, pathname, searchParams, text);
      return after(request.method, pathname) ?? answer;
    },
  });

  function respond(method: string, path: string, query: URLSearchParams, text: string): Response {
    const [, kind = "", name = "", part = ""] =
      /\/namespaces\/ns\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    const held = jobs.get(name);
    if (kind === "jobs" && method === "POST") {
      const job = JSON.parse(text) as V1Job;
      const own = job.metadata?.name ?? "";
      if (jobs.has(own)) return refused(409, `jobs.batch "${own}" already exists`);
      counts.created += 1;
      const metadata = { ...job.metadata, uid: `uid-${counts.created}` };
      jobs.set(own, { job: { ...job, metadata }, pods: [], log: "", events: [] });
      return Response.json({ ...job, metadata }, { status: 201 });
    }
    if (kind === "jobs" && method === "DELETE") {
      counts.deleted += jobs.delete(name) ? 1 : 0;
      return held ? Response.json({ kind: "Status" }) : refused(404, "not found");
    }
    if (kind === "jobs") return held ? Response.json(held.job) : refused(404, "not found");
    if (kind === "configmaps") {
      const map = JSON.parse(text) as V1ConfigMap;
      const of = jobs.get(map.metadata?.name ?? "");
      if (of) of.map ??= map;
      return Response.json(map, { status: 201 });
    }
    const all = [...jobs.values()];
    if (kind === "events") {
      const of = all.find(({ job }) => query.get("fieldSelector")?.includes(`=${job.metadata?.uid},`));
      const items = (of?.events ?? []).map((event) => ({ ...event, metadata: {}, involvedObject: {} }));
      return Response.json({ items });
    }
    if (kind === "pods" && name === "worker-1") return Response.json(WORKER);
    if (kind === "pods" && name === "") {
      const of = all.find(({ job }) => query.get("labelSelector")?.endsWith(`=${job.metadata?.uid}`));
      return Response.json({ items: of?.pods ?? [] });
    }
    const of = all.find(({ pods }) => pods.some(({ metadata }) => metadata?.name === name));
    const pod = of?.pods.find(({ metadata }) => metadata?.name === name);
    if (!of || !pod) return refused(404, "not found");
    if (part !== "log") return Response.json(pod);
    if (query.get("container") === "result") return new Response(writtenResult(RESULT));
    if (query.get("timestamps") === null) return new Response(of.log);
    const lines = of.log.split("\n").filter(Boolean);
    return new Response(lines.map((line, n) => `2026-11-23T05:00:0${n}.000000000Z ${line}\n`).join(""));
  }

  return {
    counts,
    jobs,
    /** The one Job that there is. */
    only: (): Held | undefined => [...jobs.values()][0],
    /** Asked before, or after, what is asked for is done; an answer of its own takes the place of the right one. */
    before(answer: typeof before) {
      before = answer;
    },
    after(answer: typeof after) {
      after = answer;
    },
    refused,
    client: async () =>
      new KubernetesClient(
        {
          url: `https://localhost:${server.port}`,
          ca: authority.cert,
          token: async () => "token",
          namespace: "ns",
          account: { name: "worker", uid: "1" },
          pod: "worker-1",
        },
        systemClock,
      ),
    stop: () => server.stop(true),
  };
}

const WORKER = {
  metadata: { name: "worker-1" },
  spec: {
    containers: [{ name: "schemawatch", image: `ghcr.io/schemawatch/schemawatch@sha256:${"0b".repeat(32)}` }],
  },
};
const RESULT = { bytes: 11, text: '{"rows": 3}' };

/** A pod of a Job whose container runs, or is over with that code. */
export function podOf(name: string, code?: number): V1Pod {
  const startedAt = new Date("2026-11-23T05:00:00Z");
  const state =
    code === undefined
      ? { running: { startedAt } }
      : { terminated: { exitCode: code, reason: code === 0 ? "Completed" : "Error", startedAt } };
  const status = { name: "job", image: "", imageID: "", ready: true, restartCount: 0, state };
  return {
    metadata: { name, creationTimestamp: startedAt },
    spec: { nodeName: "node", containers: [] },
    status: { phase: "Running", containerStatuses: [status] },
  };
}

/** The Job's last state. */
export function endJob(held: Held, type: "Complete" | "Failed", reason = "", message = ""): void {
  held.job.status = { conditions: [{ type, status: "True", reason, message }] };
}

/** A store, a stand-in, and workers between them. */
export async function jobBench(...databases: string[]) {
  const store = await storeWith(...databases);
  const api = standInApi();
  const stops: (() => Promise<void>)[] = [];
  return {
    store,
    api,
    /** A worker in this process until `stopWorkers`. */
    async work(watched: readonly WatchedDatabase[]) {
      const { context, close } = await workerContext(store.url, { watched });
      const connections = watchedConnections(context.watchList, 20);
      const installation = await installationId(context.store);
      const workflow = processSchemaChange(context, connections, installation, api.client);
      const role = await runWorker(context, workflow);
      stops.push(async () => {
        await role.stop(3000);
        await connections.close();
        await close();
      });
    },
    async stopWorkers() {
      for (const stop of stops.splice(0)) await stop();
      api.jobs.clear();
      Object.assign(api.counts, { created: 0, deleted: 0 });
      api.before(() => undefined);
      api.after(() => undefined);
    },
    /** The Job once it is made, with what it was given. */
    made: () => until("its Job", 10_000, async () => (api.only()?.map ? api.only() : undefined)),
    /** Resolves when a line of our run's log matches. */
    said: (run: string, pattern: RegExp, ms = 20_000) =>
      until(`${pattern}`, ms, async () => {
        await Bun.sleep(40);
        return (await eventsOf(store.db, run)).find((line) => pattern.test(line));
      }),
    async end() {
      await api.stop();
      await store.drop();
    },
  };
}
