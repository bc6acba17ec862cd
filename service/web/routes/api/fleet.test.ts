import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { ChangeSummary, DatabaseSummary, Page, RunSummary } from "../../../store/models.ts";
import { fillFleet } from "../../../testing/fleet/index.ts";
import { checkAnswer, document } from "../../api/testing.ts";
import type { ErrorBody } from "../../failure.ts";
import { type TestWeb, testWeb } from "../../testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

/** More than one page of each list at its largest; the shares of states and labels are those of the fleet that is promised. */
const SIZE = { databases: 300, changes: 3000 };

let web: TestWeb;
let fleet: DatabaseSummary[];
let changes: ChangeSummary[];
beforeAll(async () => {
  web = await testWeb();
  await fillFleet(web.store.db, SIZE);
  fleet = await all("/databases");
  changes = await all("/changes");
});
afterAll(() => web.stop());

/** The items of all pages of a list, each page checked against the document. */
async function all<T>(path: string, limit = 200): Promise<T[]> {
  const items: T[] = [];
  let cursor = "";
  do {
    const query = `${path.includes("?") ? "&" : "?"}limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const response = await web.fetch(`/api/v1${path}${query}`);
    const page = (await response.json()) as Page<T>;
    checkAnswer("GET", path, response.status, page);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
  return items;
}

const names = (databases: readonly DatabaseSummary[]) => databases.map(({ name }) => name);
const ids = (items: readonly { readonly id: number }[]) => items.map(({ id }) => id);

test("the databases are paged to their end, each once, by name", async () => {
  const rows = await web.store.db.query<{ name: string }>(
    "select name from schemawatch.database order by name",
  );
  expect(names(fleet)).toEqual(rows.map(({ name }) => name));
  expect(names(await all("/databases", 7))).toEqual(names(fleet));
});

const databaseFilters: readonly [query: string, fits: (one: DatabaseSummary) => boolean][] = [
  ["search=payments", ({ name }) => name.includes("payments")],
  ["search=PROD-0", ({ name }) => name.includes("prod-0")],
  ["search=%25", ({ name }) => name.includes("%")],
  ["label=team:payments", ({ labels }) => labels.team === "payments"],
  ["label=team:payments&label=environment:prod", one("payments", "prod")],
  ["label=team:payments&label=team:orders", () => false],
  ["state=unreachable", ({ state }) => state === "unreachable"],
  ["state=starting", ({ state }) => state === "starting"],
  ["status=drifted", ({ status }) => status === "drifted"],
  ["status=no+baseline", ({ status }) => status === "no baseline"],
  ["run=failed", ({ lastRun }) => lastRun?.state === "failed"],
  ["run=active", ({ lastRun }) => lastRun?.state === "running"],
  ["run=none", ({ lastRun }) => lastRun === null],
  [
    "search=a&label=environment:dev&state=watching&status=synced&run=succeeded",
    ({ name, labels, state, status, lastRun }) =>
      name.includes("a") &&
      labels.environment === "dev" &&
      state === "watching" &&
      status === "synced" &&
      lastRun?.state === "succeeded",
  ],
];
function one(team: string, environment: string) {
  return ({ labels }: Pick<DatabaseSummary, "labels">) =>
    labels.team === team && labels.environment === environment;
}

for (const [query, fits] of databaseFilters) {
  test(`databases with ${query} are exactly those that fit`, async () => {
    if (query === "run=active") {
      await web.store.db.query(
        `insert into schemawatch.run (database_id, cause, state)
         select id, 'request', 'running' from schemawatch.database where id in (5, 6)`,
      );
    }
    if (query === "run=none") await web.store.db.query("delete from schemawatch.run where database_id = 9");
    fleet = await all("/databases");
    const expected = names(fleet.filter(fits));
    expect(names(await all(`/databases?${query}`))).toEqual(expected);
    expect(names(await all(`/databases?${query}`, 3))).toEqual(expected);
    // What nothing fits would prove nothing.
    expect(expected.length > 0 || query.includes("%25") || query.includes("team:orders")).toBe(true);
    expect(expected.length).toBeLessThan(fleet.length);
  });
}

test("changes are narrowed by database, labels, judgement and action, and paged by their ids", async () => {
  expect(ids(changes)).toEqual(Array.from({ length: SIZE.changes }, (_, nth) => SIZE.changes - nth));
  const labelsOf = new Map(fleet.map(({ name, labels }) => [name, labels]));
  const filters: readonly [string, (change: ChangeSummary) => boolean][] = [
    ["label=team:payments", ({ database }) => labelsOf.get(database)?.team === "payments"],
    // Of more databases than are read one by one, and of a few.
    ["label=environment:prod", ({ database }) => labelsOf.get(database)?.environment === "prod"],
    ["search=fraud-dev", ({ database }) => database.includes("fraud-dev")],
    ["compatibility=breaking", ({ compatibility }) => compatibility === "breaking"],
    ["action=renamed", ({ actions }) => actions.includes("renamed")],
    [
      "label=team:payments&compatibility=safe&action=altered",
      ({ database, compatibility, actions }) =>
        labelsOf.get(database)?.team === "payments" &&
        compatibility === "safe" &&
        actions.includes("altered"),
    ],
    ["search=nowhere", () => false],
  ];
  for (const [query, fits] of filters) {
    const expected = ids(changes.filter(fits));
    expect([query, expected.length > 0]).toEqual([query, query !== "search=nowhere"]);
    expect([query, ids(await all<ChangeSummary>(`/changes?${query}`))]).toEqual([query, expected]);
  }
  const few = changes.filter(({ database }) => database.includes("fraud-dev"));
  expect(ids(await all<ChangeSummary>("/changes?search=fraud-dev", 4))).toEqual(ids(few));
});

test("runs are narrowed by database, labels and state", async () => {
  const runs = await all<RunSummary>("/runs");
  const payments = new Set(names(fleet.filter(({ labels }) => labels.team === "payments")));
  const expected = runs.filter(({ database, state }) => payments.has(database) && state === "failed");
  expect(expected.length).toBeGreaterThan(0);
  expect(ids(await all<RunSummary>("/runs?label=team:payments&state=failed"))).toEqual(ids(expected));
  const found = runs.filter(({ database }) => database.includes("orders-dev"));
  expect(ids(await all<RunSummary>("/runs?search=orders-dev"))).toEqual(ids(found));
});

test("the document names each filter, and a wrong one is told", async () => {
  const parameters = (path: string) =>
    document.paths[path]?.get?.parameters.filter((one) => one.in === "query").map(({ name }) => name);
  expect(parameters("/databases")).toEqual(["search", "label", "state", "status", "run", "limit", "cursor"]);
  expect(parameters("/changes")).toEqual([
    ...["database", "search", "label", "compatibility", "action", "limit", "cursor"],
  ]);
  expect(parameters("/runs")).toEqual(["database", "search", "label", "state", "limit", "cursor"]);
  const labels = document.paths["/databases"]?.get?.parameters.find(({ name }) => name === "label");
  expect(labels).toMatchObject({ schema: { type: "array", items: { type: "string" } } });
  const wrong: readonly [string, string][] = [
    ["/databases?state=drifted", 'state is "drifted".'],
    ["/databases?status=bad", 'status is "bad".'],
    ["/databases?run=done", 'run is "done".'],
    ["/databases?label=payments", 'label is "payments".'],
    ["/databases?label=:payments", 'label is ":payments".'],
    ["/databases?label=team:a%07b", "label is"],
    [`/databases?${"label=a:b&".repeat(17)}`, "label is given too often."],
    ["/databases?search=", 'search is "".'],
    [`/databases?search=${"x".repeat(64)}`, "search is"],
    ["/databases?search=a&search=b", "search is given twice."],
    [`/databases?cursor=${Buffer.from("shop").toString("base64url")}`, "cursor is not one"],
    ["/changes?action=dropped", 'action is "dropped".'],
  ];
  for (const [path, message] of wrong) {
    const response = await web.fetch(`/api/v1${path}`);
    const { error } = (await response.json()) as ErrorBody;
    expect([path, response.status, error.message]).toEqual([path, 400, expect.stringContaining(message)]);
    expect(error.mend).toBeTruthy();
  }
});
