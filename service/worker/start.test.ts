import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { ObjectChange } from "../catalog/change.ts";
import type { WatchedDatabase } from "../config/types.ts";
import { cancelRun } from "../store/runs.ts";
import { storeWith } from "../store/testing.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { startWorker } from "./start.ts";
import { sign } from "./steps/notify.ts";
import {
  eventsOf,
  narrowed,
  queueChange as queueChanged,
  queueRun,
  runUntil,
  stepsOf,
  workerContext,
} from "./testing.ts";

let store: TestDatabase;
let shop: TestDatabase;
const workers: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  store = await storeWith("shop", "far");
  shop = await testDatabase({ template: "empty" });
  await shop.db.query(
    `create table orders (id bigint primary key, total numeric(8, 2));
     create view dear_orders as select * from orders where total > 100;`,
  );
}, 30_000);
afterEach(async () => {
  for (const { stop } of workers.splice(0)) await stop();
});
afterAll(async () => {
  await store.drop();
  await shop.drop();
});

const watchedAs = (name: string, url: string): WatchedDatabase => ({
  name,
  url,
  intervalMs: 1000,
  exactEveryMs: 300_000,
  ignore: [],
  baseline: null,
  labels: {},
  dagster: null,
  job: null,
  sample: false,
});

async function worker(webhook: { url: string; secret: string } | null = null) {
  const watched = [watchedAs("shop", shop.url), watchedAs("far", "postgres://nobody:hush@127.0.0.1:9/far")];
  const { context, close } = await workerContext(store.url, { webhook, watched });
  const role = await startWorker(context);
  workers.push({
    stop: async () => {
      await role.stop(3000);
      await close();
    },
  });
}

/** With the object's own address, so that what hangs on it is found. */
async function queueChange(database: string, objects: readonly ObjectChange[]): Promise<string> {
  const [row] = await shop.db.query<{ oid: number }>("select 'orders'::regclass::oid as oid", []);
  const addressed = objects.map((object) => ({ ...object, address: `pg_class:${row?.oid}:2` }));
  return queueChanged(store.db, database, addressed);
}

test("a change is judged, its impact read and kept, and all of it reported", async () => {
  await worker();
  const id = await queueChange("shop", [narrowed]);
  const row = await runUntil(store.db, id);
  expect(row.state).toBe("succeeded");
  expect(row.summary).toBe("1 breaking: column public.orders.total altered. No baseline.");
  expect((await stepsOf(store.db, id)).map(({ name, state }) => `${name} ${state}`)).toEqual([
    "load succeeded",
    "judge succeeded",
    "impact succeeded",
    "report succeeded",
    "notify succeeded",
  ]);
  const [change] = await store.db.query<{ impact: { dependents: unknown[] } }>(
    "select impact from schemawatch.change join schemawatch.run on run.change_id = change.id where run.id = $1::bigint",
    [id],
  );
  expect(change?.impact.dependents).toContainEqual(
    expect.objectContaining({ kind: "view", identity: "public.dear_orders", distance: 1 }),
  );
  for (const report of [row.report_markdown, row.report_html]) {
    expect(report).toContain("public.dear_orders");
    expect(report).toContain("numeric(8,2)");
    expect(report).toContain("Lock: ACCESS EXCLUSIVE on public.orders, while it rewrites the data.");
    expect(report).toContain("alter table orders add column total2 numeric(8,2);");
    expect(report).not.toContain("<b>");
  }
  expect(row.report_html).toContain("Totals &lt;b&gt;above&lt;/b&gt; 999999.99 | are refused.");
  expect(row.report_html).toContain('<span class="judgement judgement-breaking">breaking</span>');
  expect(row.report_html).not.toMatch(/style=|<script|onclick/);
  expect(await eventsOf(store.db, id)).toContain("notify info: No webhook is configured.");
});

test("an unchanged look says so, without a connection to the database", async () => {
  await store.db.query(
    "update schemawatch.database set baseline = 'shop.txt', baseline_state = 'synced'",
    [],
  );
  await worker();
  const row = await runUntil(store.db, await queueRun(store.db, "far"));
  expect(row).toMatchObject({
    state: "succeeded",
    summary: "Nothing changed since the last look. Synced: as the baseline says.",
  });
  expect(row.report_markdown).toContain("The look at 2026-01-02T03:04:05.000Z took 4 ms and saw 12 objects.");
});

test("a failed look ends with a report that says so", async () => {
  await worker();
  const look = {
    outcome: "failed",
    at: "2026-01-02T03:04:05.000Z",
    ms: 9,
    objects: null,
    reason: "Refused: wrong password.",
  };
  const row = await runUntil(store.db, await queueRun(store.db, "far", look));
  expect(row).toMatchObject({
    state: "succeeded",
    summary: "The look at far failed: Refused: wrong password.",
  });
  expect(row.report_html).toContain("<h2>far: the look failed</h2>");
});

test("a drifted baseline is told with its number", async () => {
  await store.db.query(
    "update schemawatch.database set baseline_state = 'drifted', drift_count = 2 where name = 'shop'",
    [],
  );
  await worker();
  const row = await runUntil(store.db, await queueRun(store.db, "shop"));
  expect(row.summary).toBe(
    "Nothing changed since the last look. Drifted: 2 objects differ from the baseline.",
  );
});

test("a database that cannot be asked is told in the report, and fails nothing", async () => {
  await worker();
  const id = await queueChange("far", [narrowed]);
  const row = await runUntil(store.db, id);
  expect(row.state).toBe("succeeded");
  expect(row.report_markdown).toContain("Not known: ");
  expect(JSON.stringify([row, await eventsOf(store.db, id)])).not.toContain("hush");
});

test("a change too large for the journal is processed with what fits, and counted whole", async () => {
  await worker();
  const body = "x".repeat(30_000);
  const many = Array.from({ length: 300 }, (_, n) => ({
    ...narrowed,
    identity: `public.orders.c${n}`,
    attributes: { default: { before: body, after: `${body}y` } },
  }));
  const row = await runUntil(store.db, await queueChange("shop", many));
  expect(row).toMatchObject({ state: "succeeded", error: null });
  expect(row.report_markdown).toContain("And 250 more");
  expect((row.report_markdown ?? "").length).toBeLessThan(100_000);
});

/** A receiver that answers with each of `statuses` in turn, the last one for ever. */
function receiver(...statuses: number[]) {
  const got: { headers: Headers; body: string }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      got.push({ headers: request.headers, body: await request.text() });
      const status = statuses[Math.min(got.length, statuses.length) - 1] ?? 200;
      return new Response("", { status, headers: status === 302 ? { location: "/elsewhere" } : {} });
    },
  });
  return { got, url: `http://127.0.0.1:${server.port}/hook/s3cret`, stop: () => server.stop(true) };
}

test("the report is sent with a signature, and sent again as the same delivery", async () => {
  const { got, url, stop } = receiver(503, 200);
  await worker({ url, secret: "key" });
  const id = await queueChange("shop", [narrowed]);
  const row = await runUntil(store.db, id);
  expect(row.state).toBe("succeeded");
  expect(got).toHaveLength(2);
  for (const { headers, body } of got) {
    const timestamp = headers.get("x-schemawatch-timestamp") ?? "";
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(10);
    expect(headers.get("x-schemawatch-signature")).toBe(`sha256=${sign("key", timestamp, body)}`);
    expect(headers.get("x-schemawatch-event")).toBe("run.report");
    expect(JSON.parse(body)).toMatchObject({
      event: "run.report",
      database: "shop",
      run: { id: Number(id), cause: "change" },
      change: { compatibility: "breaking", changes: [{ identity: "public.orders.total" }] },
      summary: row.summary,
    });
  }
  const deliveries = new Set(got.map(({ headers }) => headers.get("x-schemawatch-delivery")));
  expect([...deliveries]).toEqual([expect.stringContaining(`${id}.`)]);
  expect(await stepsOf(store.db, id)).toContainEqual(
    expect.objectContaining({ name: "notify", state: "succeeded", attempt: 2 }),
  );
  stop();
});

test("a refusal and a redirect are final: the step fails, the report stands, the hook's path is not told", async () => {
  for (const status of [403, 302]) {
    const { got, url, stop } = receiver(status);
    await worker({ url, secret: "key" });
    const id = await queueRun(store.db, "shop");
    const row = await runUntil(store.db, id);
    expect(row).toMatchObject({
      state: "succeeded",
      report_markdown: expect.stringContaining("nothing changed"),
    });
    expect(got).toHaveLength(1);
    const [notify] = (await stepsOf(store.db, id)).filter(({ name }) => name === "notify");
    expect(notify).toMatchObject({ state: "failed", error: expect.stringContaining(`answered ${status}`) });
    expect(JSON.stringify([notify, await eventsOf(store.db, id)])).not.toContain("s3cret");
    stop();
    for (const { stop: end } of workers.splice(0)) await end();
  }
});

test("a receiver that cannot be reached is asked again, and is named without its path", async () => {
  await worker({ url: "http://127.0.0.1:9/hook/s3cret", secret: "key" });
  const id = await queueRun(store.db, "shop");
  await runUntil(store.db, id, ["running"]);
  const warned =
    "notify warn: The webhook at 127.0.0.1:9 could not be reached (ECONNREFUSED). Trying again in 1 s.";
  const end = performance.now() + 5000;
  while (!(await eventsOf(store.db, id)).includes(warned)) {
    if (performance.now() > end) throw new Error((await eventsOf(store.db, id)).join("\n"));
    await Bun.sleep(10);
  }
  // The report stands already, and so it can be read meanwhile.
  expect((await runUntil(store.db, id, ["running"])).report_html).toContain("nothing changed");
  await cancelRun(store.db, id);
  expect(await runUntil(store.db, id)).toMatchObject({ state: "cancelled", report_html: expect.any(String) });
});
