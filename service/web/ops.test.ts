import { expect, setDefaultTimeout, test } from "bun:test";
import { seedDatabase, seedRun } from "../store/read/testing.ts";
import { testDatabase } from "../testing/postgres.ts";
import { createOpsApp, startOps } from "./ops.ts";
import { roleContext } from "./testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

test("a process without pages tells whether it lives, what it waits for and what it measures", async () => {
  const store = await testDatabase({ template: "store" });
  const context = await roleContext(store, {});
  let missing: string[] = [];
  const ops = await startOps(context, [{ name: "poller", unready: () => missing, stop: async () => {} }]);
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${ops.port}${path}`);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  try {
    expect(await ask("/healthz")).toMatchObject({ status: 200, text: '{"status":"alive"}' });
    expect(await ask("/readyz")).toMatchObject({ status: 200, text: '{"status":"ready","unready":[]}' });
    missing = ["no list of databases yet"];
    const waiting = await ask("/readyz");
    expect(waiting.status).toBe(503);
    expect(JSON.parse(waiting.text)).toEqual({
      status: "not ready",
      unready: ["poller: no list of databases yet"],
    });
    missing = [];

    const database = await seedDatabase(store.db, "shop");
    await seedRun(store.db, database, "queued");
    await seedRun(store.db, database, "requested");
    await seedRun(store.db, database, "running");
    const metrics = await ask("/metrics");
    expect(metrics.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    expect(metrics.text).toContain("schemawatch_queue_depth 2\n");
    expect(metrics.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await ask("/")).status).toBe(404);

    await context.events.close();
    await store.db.close();
    expect((await ask("/healthz")).status).toBe(200);
    const lost = await ask("/readyz");
    expect(lost.status).toBe(503);
    expect(JSON.parse(lost.text)).toEqual({ status: "not ready", unready: ["store: it cannot be reached"] });
    expect(await ask("/metrics")).toMatchObject({
      status: 200,
      text: expect.stringContaining("schemawatch_runs_total"),
    });
  } finally {
    await ops.stop();
    await store.drop();
  }
});

test("a store that does not answer keeps no probe and no scrape waiting", async () => {
  const store = await testDatabase({ template: "store" });
  const context = await roleContext(store, {});
  const silent = { ...context.store, query: () => new Promise<never>(() => {}) };
  const app = createOpsApp({ ...context, store: silent }, []);
  try {
    const [ready, metrics] = await Promise.all(
      ["readyz", "metrics"].map((path) => app.handle(new Request(`http://localhost/${path}`))),
    );
    expect(await ready?.json()).toEqual({ status: "not ready", unready: ["store: it does not answer"] });
    expect(await metrics?.text()).not.toMatch(/^schemawatch_queue_depth /m);
  } finally {
    await context.events.close();
    await store.drop();
  }
});
