import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Database } from "../../postgres/types.ts";
import { type TestDatabase, testDatabase } from "../../testing/postgres.ts";
import { listChanges, readChange } from "./changes.ts";
import { listDatabases, readDatabase } from "./databases.ts";
import { readLabelKeys } from "./label-keys.ts";
import { countWaitingRuns, listRuns, readRun, readRunEvents } from "./runs.ts";
import { objectChange, seedChange, seedDatabase, seedEvents, seedRun } from "./testing.ts";
import { readTotals } from "./totals.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let own: TestDatabase;
let store: Database;
beforeAll(async () => {
  own = await testDatabase({ template: "store" });
  store = own.db;
});
afterAll(() => own.drop());

test("a database that no poller is there for says so, and one that is between two pollers does not", async () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
  const watching = { state: "watching" };
  await seedDatabase(store, "left", { ...watching, lease_until: ago(30), last_gate_at: ago(33) });
  await seedDatabase(store, "between", { ...watching, lease_until: null, last_gate_at: ago(4) });
  await seedDatabase(store, "slow", { ...watching, lease_until: ago(-2), last_gate_at: ago(600) });
  const { items } = await listDatabases(store);
  const stateOf = (name: string) => items.find((item) => item.name === name)?.state;
  expect(["left", "between", "slow"].map(stateOf)).toEqual(["unreachable", "watching", "watching"]);
  expect(items.find(({ name }) => name === "left")?.reason).toContain("No poller watches it");
  // Filters and totals count it as what it is shown as.
  expect((await listDatabases(store, { state: "unreachable" })).items.map(({ name }) => name)).toEqual([
    "left",
  ]);
  expect((await readTotals(store)).states).toEqual({ watching: 2, starting: 0, unreachable: 1 });
  await store.query("delete from schemawatch.database");
});

test("a database shows its state, its last change, its drift and a day of activity", async () => {
  const id = await seedDatabase(store, "shop", {
    labels: { team: "a" },
    sample: true,
    connect: "psql shop",
    state: "watching",
    last_look_ms: 12.5,
    baseline: "shop.schema",
    baseline_state: "drifted",
    drift: [objectChange("public.t.c1")],
    drift_count: 1,
  });
  await seedChange(store, id, { compatibility: "safe", hoursAgo: 30 });
  await seedChange(store, id, { compatibility: "safe", hoursAgo: 23.5 });
  await seedChange(store, id, { compatibility: "safe" });
  const last = await seedChange(store, id, { compatibility: "breaking", objects: 2 });
  const first = await seedRun(store, id, "succeeded", { change_id: last });
  const second = await seedRun(store, id, "running", { change_id: last, cause: "rerun", rerun_of: first });

  const database = await readDatabase(store, "shop");
  expect(database).toMatchObject({
    name: "shop",
    labels: { team: "a" },
    status: "drifted",
    state: "watching",
    sample: true,
    connect: "psql shop",
    lastLookMs: 12.5,
    objects: 3,
    drift: 1,
    exactEveryMs: 300_000,
    snapshot: { serverVersion: "18.4", fingerprint: "f00d", unreadable: ["policies of s.t"] },
    driftChanges: [{ identity: "public.t.c1", attributes: { type: { before: "integer", after: "bigint" } } }],
    activeRuns: [{ id: second, rerunOf: first, state: "running" }],
    lastChange: { id: last, compatibility: "breaking", breaking: 2, runId: second, database: "shop" },
  });
  expect(database.activity).toHaveLength(24);
  expect(database.activity[23]).toEqual({ changes: 2, worst: "breaking" });
  expect(database.activity[0]).toEqual({ changes: 1, worst: "safe" });
  expect(database.activity.reduce((sum, hour) => sum + hour.changes, 0)).toBe(3);
  const listed = (await listDatabases(store)).items.find((item) => item.name === "shop");
  expect(database).toMatchObject(listed ?? {});
  expect(listed).toMatchObject({ name: "shop", drift: 1, activity: database.activity });
});

test("what is not watched any more is not listed, but can be read and says so", async () => {
  await seedDatabase(store, "gone", { watched: false, state: "watching" });
  expect((await listDatabases(store)).items.map((item) => item.name)).not.toContain("gone");
  expect(await readDatabase(store, "gone")).toMatchObject({
    state: "unreachable",
    reason: "It is not watched any more; its history stays.",
  });
});

test("a baseline that cannot be read judges nothing", async () => {
  await seedDatabase(store, "unread", { baseline_state: "unreadable", baseline_reason: "no such file" });
  expect(await readDatabase(store, "unread")).toMatchObject({
    status: "no baseline",
    baselineReason: "no such file",
    lastChange: null,
    snapshot: null,
    objects: null,
  });
});

test("pages of databases are whole and in order, whatever comes and goes between them", async () => {
  for (let i = 0; i < 7; i++) await seedDatabase(store, `page-${i}`);
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDatabases(store, { limit: 3, cursor });
    expect(page.items.length).toBeLessThanOrEqual(3);
    names.push(...page.items.map((item) => item.name));
    cursor = page.nextCursor ?? undefined;
    if (names.length === 3) await seedDatabase(store, "aaa");
  } while (cursor);
  expect(names).toEqual([...new Set(names)]);
  expect(names.filter((name) => name.startsWith("page-"))).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((i) => `page-${i}`),
  );
  const totals = await readTotals(store);
  expect(totals.databases).toBe(names.length + 1);
  expect(totals.statuses.drifted).toBe(1);
});

test("keys of labels that tell databases apart are offered, the commonest first", async () => {
  await store.query("delete from schemawatch.database");
  for (let i = 0; i < 70; i++) {
    const labels = {
      team: i % 2 ? "a" : "b",
      owner: `person-${i}`,
      site: "one",
      ...(i < 9 ? { tier: `${i % 3}` } : {}),
    };
    await seedDatabase(store, `labelled-${i}`, { labels });
  }
  await seedDatabase(store, "unwatched", { labels: { team: "c" }, watched: false });
  expect(await readLabelKeys(store)).toEqual([
    { key: "team", values: ["a", "b"] },
    { key: "tier", values: ["0", "1", "2"] },
  ]);
});

test("totals tell a choice of databases, how they stand, and its day by the hour", async () => {
  await store.query("delete from schemawatch.database");
  const shop = await seedDatabase(store, "shop", {
    labels: { team: "a" },
    state: "watching",
    baseline_state: "synced",
  });
  const bank = await seedDatabase(store, "bank", {
    labels: { team: "b" },
    state: "unreachable",
    reason: "gone",
  });
  await seedDatabase(store, "gone", { labels: { team: "a" }, watched: false });
  await seedChange(store, shop, { compatibility: "breaking" });
  await seedChange(store, shop, { compatibility: "safe", hoursAgo: 2.5 });
  await seedChange(store, bank, { compatibility: "risky" });
  await seedRun(store, shop, "succeeded");
  await seedRun(store, shop, "queued");
  await seedRun(store, bank, "failed");
  const all = await readTotals(store, { state: "watching", status: "synced", run: "active" });
  expect(all).toMatchObject({
    ...{ all: 2, databases: 2, found: 1 },
    states: { watching: 1, starting: 0, unreachable: 1 },
    statuses: { synced: 1, drifted: 0, "no baseline": 1 },
    runs: { succeeded: 0, active: 1, failed: 1, cancelled: 0, none: 0 },
  });
  expect(all.hours).toHaveLength(24);
  expect(all.hours[23]).toEqual({ breaking: 1, risky: 1, safe: 0 });
  expect(all.hours[21]).toEqual({ breaking: 0, risky: 0, safe: 1 });
  const one = await readTotals(store, { labels: [["team", "a"]] });
  expect(one).toMatchObject({ all: 2, databases: 1, found: 1, runs: { active: 1, failed: 0 } });
  expect(one.hours[23]).toEqual({ breaking: 1, risky: 0, safe: 0 });
  await store.query("delete from schemawatch.database");
});

test("changes are filtered by database and judgement, and paged", async () => {
  const id = await seedDatabase(store, "filtered");
  const ids: number[] = [];
  for (const compatibility of ["safe", "breaking", "risky", "breaking", "breaking"] as const) {
    ids.unshift(await seedChange(store, id, { compatibility }));
  }
  const all = await listChanges(store, { database: "filtered" });
  expect(all.items.map((change) => change.id)).toEqual(ids);
  expect(all.nextCursor).toBeNull();
  const first = await listChanges(store, { database: "filtered", compatibility: "breaking", limit: 2 });
  expect(first.items.map((change) => change.id)).toEqual(ids.slice(0, 2));
  const rest = await listChanges(store, {
    database: "filtered",
    compatibility: "breaking",
    limit: 2,
    cursor: first.nextCursor ?? "",
  });
  expect(rest.items.map((change) => change.id)).toEqual([ids[3] ?? 0]);
  expect(rest.nextCursor).toBeNull();
  expect((await listChanges(store, { compatibility: "risky" })).items).toHaveLength(1);
});

test("a change gives its objects by the page", async () => {
  const id = await seedChange(store, await seedDatabase(store, "big"), {
    objects: 5,
    compatibility: "risky",
  });
  const first = await readChange(store, id, { limit: 3 });
  expect(first).toMatchObject({ total: 5, risky: 5, impact: { dependents: [] } });
  const rest = await readChange(store, id, { limit: 3, cursor: first.nextCursor ?? "" });
  expect([...first.changes, ...rest.changes].map((object) => object.identity)).toEqual(
    [1, 2, 3, 4, 5].map((n) => `public.t.c${n}`),
  );
  expect(rest.nextCursor).toBeNull();
  expect(first.changes[0]).toEqual({ ...objectChange("public.t.c1", "risky"), statements: [] });
});

test("runs are filtered by database and state, and read whole", async () => {
  const before = await countWaitingRuns(store);
  const database = await seedDatabase(store, "runs");
  const look = { outcome: "unchanged", at: "2026-01-01T00:00:00.000Z", ms: 3, objects: 9, reason: null };
  const done = await seedRun(store, database, "succeeded", {
    look,
    report_markdown: "# r",
    report_html: "<h1>r</h1>",
    requested_by: "ann",
    cancel_requested_at: new Date(0),
  });
  const waiting = await seedRun(store, database, "queued");
  await store.query(
    "insert into schemawatch.step (run_id, position, name, state) values ($1, 2, 'b', 'pending'), ($1, 1, 'a', 'succeeded')",
    [done],
  );
  expect((await listRuns(store, { database: "runs" })).items.map((run) => run.id)).toEqual([waiting, done]);
  expect(
    (await listRuns(store, { database: "runs", state: "succeeded" })).items.map((run) => run.id),
  ).toEqual([done]);
  expect((await listRuns(store, { database: "runs", active: true })).items.map((run) => run.id)).toEqual([
    waiting,
  ]);
  expect(await countWaitingRuns(store)).toBe(before + 1);
  const run = await readRun(store, done);
  expect(run).toMatchObject({
    look: { ...look, outcome: "unchanged" },
    requestedBy: "ann",
    cancelRequested: true,
  });
  expect(run.report).toEqual({ markdown: "# r", html: "<h1>r</h1>" });
  expect(run.steps.map((step) => step.name)).toEqual(["a", "b"]);
  expect((await readRun(store, waiting)).report).toBeNull();
});

test("a run's events are read behind a number, with the state of the same instant", async () => {
  const run = await seedRun(store, await seedDatabase(store, "log"), "running");
  expect(await readRunEvents(store, run)).toEqual({ state: "running", lastSeq: 0, events: [] });
  await seedEvents(store, run, ["one", "two", "three"], "succeeded");
  const log = await readRunEvents(store, run, 1, 1);
  expect(log).toMatchObject({
    state: "succeeded",
    lastSeq: 3,
    events: [{ seq: 2, message: "two", level: "info" }],
  });
});

test("what nobody knows is not found, and what cannot be is refused", async () => {
  for (const unknown of [
    () => readDatabase(store, "nobody"),
    () => listChanges(store, { database: "nobody" }),
    () => listRuns(store, { database: "nobody" }),
    () => readChange(store, 999_999),
    () => readRun(store, 999_999),
    () => readRunEvents(store, 999_999),
  ]) {
    await expect(unknown()).rejects.toMatchObject({ code: "not_found" });
  }
  for (const wrong of [
    () => listDatabases(store, { limit: 0 }),
    () => listChanges(store, { limit: 201 }),
    () => listRuns(store, { cursor: "!!!" }),
    () => listRuns(store, { cursor: Buffer.from("x").toString("base64url") }),
    () => listDatabases(store, { cursor: "" }),
  ]) {
    await expect(wrong()).rejects.toMatchObject({ code: "invalid" });
  }
});
