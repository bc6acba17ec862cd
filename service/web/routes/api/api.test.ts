import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { RunDetail } from "../../../store/models.ts";
import { seedChange, seedDatabase, seedEvents, seedRun, seedSnapshot } from "../../../store/read/testing.ts";
import { type TestDatabase, testDatabase } from "../../../testing/postgres.ts";
import { checkAnswer } from "../../api/testing.ts";
import type { ErrorBody } from "../../failure.ts";
import { type TestWeb, testWeb } from "../../testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let web: TestWeb;
let sample: TestDatabase;
let change: number;
let database: number;
beforeAll(async () => {
  sample = await testDatabase({ template: "sample" });
  web = await testWeb({
    watched: [
      {
        name: "sample",
        url: sample.url,
        intervalMs: 1000,
        exactEveryMs: 300_000,
        ignore: [],
        baseline: null,
        labels: {},
        dagster: null,
        job: null,
        sample: true,
      },
    ],
  });
  const { db } = web.store;
  database = await seedDatabase(db, "shop", { labels: { team: "a" }, state: "watching", last_look_ms: 1.5 });
  await seedDatabase(db, "sample", { sample: true, connect: "psql …" });
  await seedDatabase(db, "old", { watched: false });
  await seedSnapshot(db, database);
  change = await seedChange(db, database, { compatibility: "breaking", objects: 3 });
});
afterAll(async () => {
  await web.stop();
  await sample.drop();
});

/** The JSON of an answer that fits what the document promises of it. */
async function ask<T>(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: T; headers: Headers }> {
  const response = await web.fetch(`/api/v1${path}`, init);
  const body: unknown = await response.json();
  checkAnswer(init.method ?? "GET", path, response.status, body);
  return { status: response.status, body: body as T, headers: response.headers };
}
const post = (path: string, init: RequestInit = {}) =>
  ask<{ id: number; created: boolean }>(path, { method: "POST", ...init });

test("databases, changes and runs are answered as the document says", async () => {
  const run = await seedRun(web.store.db, database, "succeeded", {
    change_id: change,
    look: { outcome: "changed", at: new Date().toISOString(), ms: 2.5, objects: 3, reason: null },
    report_markdown: "# r",
    report_html: "<h1>r</h1>",
  });
  await web.store.db.query(
    "insert into schemawatch.step (run_id, position, name, state) values ($1, 1, 'load', 'succeeded')",
    [run],
  );
  for (const path of [
    "/databases",
    "/databases/shop",
    "/changes",
    "/changes?database=shop&compatibility=breaking&limit=1",
    `/changes/${change}?limit=2`,
    "/runs",
    "/runs?database=shop&state=succeeded",
    `/runs/${run}`,
    "/openapi.json",
  ]) {
    expect([path, (await ask(path)).status]).toEqual([path, 200]);
  }
});

test("a run is requested once for an idempotency key", async () => {
  const first = await post("/databases/shop/runs", { headers: { "idempotency-key": "k 1" } });
  expect(first).toMatchObject({ status: 202, body: { created: true } });
  expect(first.headers.get("location")).toBe(`/api/v1/runs/${first.body.id}`);
  const again = await post("/databases/shop/runs", { headers: { "idempotency-key": "k 1" } });
  expect(again).toMatchObject({ status: 202, body: { id: first.body.id, created: false } });
  const other = await post("/databases/shop/runs", {
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  expect(other.body.id).not.toBe(first.body.id);
  const run = await ask<RunDetail>(`/runs/${first.body.id}`);
  expect(run.body).toMatchObject({
    state: "requested",
    cause: "request",
    database: "shop",
    requestedBy: null,
  });
});

test("a run is cancelled, and an ended one run again", async () => {
  const { body } = await post("/databases/shop/runs");
  expect(await post(`/runs/${body.id}/rerun`)).toMatchObject({ status: 409 });
  expect(await post(`/runs/${body.id}/cancel`)).toMatchObject({ status: 202, body: { state: "cancelled" } });
  expect(await post(`/runs/${body.id}/cancel`)).toMatchObject({ status: 202 });
  const again = await post(`/runs/${body.id}/rerun`);
  expect(again).toMatchObject({ status: 202, body: { created: true } });
  expect((await ask<RunDetail>(`/runs/${again.body.id}`)).body).toMatchObject({
    cause: "rerun",
    rerunOf: body.id,
  });
  const done = await seedRun(web.store.db, database, "succeeded");
  expect(await post(`/runs/${done}/cancel`)).toMatchObject({
    status: 409,
    body: { error: { code: "conflict" } },
  });
});

test("the sample, and only the sample, is changed", async () => {
  const applied = await ask<{ statement: string }>("/databases/sample/sample-change", { method: "POST" });
  expect(applied.status).toBe(200);
  expect(applied.body.statement).toBeTruthy();
  expect(await post("/databases/shop/sample-change")).toMatchObject({ status: 409 });
  expect(await post("/databases/none/sample-change")).toMatchObject({ status: 404 });
});

test("lists are paged to their end", async () => {
  const id = await seedDatabase(web.store.db, "paged");
  const made: number[] = [];
  for (let i = 0; i < 5; i++) made.unshift(await seedRun(web.store.db, id, "succeeded"));
  const seen: number[] = [];
  let cursor = "";
  do {
    const { body } = await ask<{ items: { id: number }[]; nextCursor: string | null }>(
      `/runs?database=paged&limit=2${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...body.items.map((item) => item.id));
    cursor = body.nextCursor ?? "";
  } while (cursor);
  expect(seen).toEqual(made);
});

test("every wrong request is told what is wrong with it", async () => {
  const wrong: [string, number, string, RequestInit?][] = [
    ["/databases/none", 404, 'There is no database "none".'],
    ["/databases/none/runs", 404, 'There is no database "none".', { method: "POST" }],
    ["/databases/old/runs", 409, "no longer watched", { method: "POST" }],
    ["/changes/999999", 404, "There is no change 999999."],
    ["/runs/999999", 404, "There is no run 999999."],
    ["/runs/999999/events", 404, "There is no run 999999."],
    ["/runs/999999/cancel", 404, "There is no run 999999.", { method: "POST" }],
    ["/runs/999999/rerun", 404, "There is no run 999999.", { method: "POST" }],
    ["/runs/x", 400, 'id is "x".'],
    ["/runs/0", 400, 'id is "0".'],
    ["/runs/99999999999999999999", 400, 'id is "99999999999999999999".'],
    ["/runs?limit=201", 400, 'limit is "201".'],
    ["/runs?limit=-1", 400, 'limit is "-1".'],
    ["/runs?limit=1&limit=2", 400, "limit is given twice."],
    ["/runs?cursor=zzz", 400, "cursor is not one"],
    ["/runs?state=done", 400, 'state is "done".'],
    ["/runs?databse=shop", 400, "There is no parameter databse here."],
    ["/changes?compatibility=bad", 400, 'compatibility is "bad".'],
    ["/changes?database=none", 404, 'There is no database "none".'],
    ["/runs/1/events?after=-1", 400, 'after is "-1".'],
    ["/databases/shop/runs", 400, "takes no body", { method: "POST", body: '{"force":true}' }],
    ["/databases/shop/runs", 400, "takes no body", { method: "POST", body: "{" }],
    [
      "/databases/shop/runs",
      400,
      "Idempotency-Key",
      { method: "POST", headers: { "idempotency-key": "x".repeat(201) } },
    ],
    ["/databases/shop/runs", 413, "larger than 64 KiB", { method: "POST", body: " ".repeat(70_000) }],
    ["/databases/shop/runs", 405, "GET is not possible"],
    ["/runs", 405, "DELETE is not possible", { method: "DELETE" }],
    ["/nothing", 404, "There is nothing at /api/v1/nothing."],
    ["", 404, "There is nothing at /api/v1."],
  ];
  for (const [path, status, message, init] of wrong) {
    const response = await web.fetch(`/api/v1${path}`, init);
    const { error } = (await response.json()) as ErrorBody;
    expect([path, response.status, error.message]).toEqual([path, status, expect.stringContaining(message)]);
    expect(error.mend).toBeTruthy();
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
    if (status === 405) expect(response.headers.get("allow")).toBe(path === "/runs" ? "GET" : "POST");
  }
});

test("a defect is logged, and not a word of it told", async () => {
  await web.store.db.query("alter table schemawatch.change rename column summary to secret_summary");
  try {
    const { status, body } = await ask<ErrorBody>("/changes");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("summary");
    expect(web.logged.at(-1)).toContain("summary");
  } finally {
    await web.store.db.query("alter table schemawatch.change rename column secret_summary to summary");
  }
});

test("reading and triggering take a few milliseconds", async () => {
  await seedEvents(web.store.db, await seedRun(web.store.db, database, "running"), ["x"]);
  for (const [path, method] of [
    ["/databases", "GET"],
    ["/databases/shop", "GET"],
    ["/changes", "GET"],
    ["/databases/shop/runs", "POST"],
  ] as const) {
    const times: number[] = [];
    for (let i = 0; i < 60; i++) {
      const start = performance.now();
      await (await web.fetch(`/api/v1${path}`, { method })).text();
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[30] ?? 0;
    // Aimed at 5 ms; the bound leaves room for a machine that does other work.
    expect(median).toBeLessThan(25);
  }
});
