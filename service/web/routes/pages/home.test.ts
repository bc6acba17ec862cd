import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { seedDatabase, seedRun } from "../../../store/read/testing.ts";
import { fillFleet } from "../../../testing/fleet/index.ts";
import { until } from "../../../testing/until.ts";
import { type TestWeb, testWeb } from "../../testing.ts";
import { pages } from "./index.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let few: TestWeb;
let web: TestWeb;
beforeAll(async () => {
  [few, web] = await Promise.all([testWeb({ pages }), testWeb({ pages })]);
  await fillFleet(web.store.db, { databases: 100, changes: 1000 });
});
afterAll(() => Promise.all([few.stop(), web.stop()]));

const open: AbortController[] = [];
afterEach(async () => {
  for (const reader of open.splice(0)) reader.abort();
  await until("no reader", 2000, () => web.context.hub.size + few.context.hub.size === 0);
});

const get = async (path: string, from = web) => (await from.fetch(path)).text();
const tilesOf = (page: string) => [...page.matchAll(/id="tile-([^"]+)"/g)].map(([, name]) => name ?? "");

/** Reads a live page; `told` grows by what it is sent. */
async function follow(path: string, from = web): Promise<{ readonly told: string[] }> {
  const abort = new AbortController();
  open.push(abort);
  const response = await from.fetch(path, { signal: abort.signal });
  const told: string[] = [];
  void (async () => {
    let text = "";
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) if (event.startsWith("data:")) told.push(event.replace(/^data: ?/gm, ""));
      }
    } catch {
      // Stopped by the test.
    }
  })();
  await until("the first state", 3000, () => told.length > 0);
  return { told };
}

/** Changes a database as its poller would, with the notice. */
const change = (name: string, set: string, from = web) =>
  from.store.db.query(
    `with d as (update schemawatch.database set ${set} where name = $1 returning name)
     select pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) from d`,
    [name],
  );

test("a few databases are shown by name, without a search; a thirteenth makes a fleet", async () => {
  for (let nth = 1; nth <= 12; nth++) {
    const unreachable = nth === 7 ? { state: "unreachable", reason: "gone" } : {};
    await seedDatabase(few.store.db, `shop-${String(nth).padStart(2, "0")}`, {
      labels: { team: "a" },
      ...unreachable,
    });
  }
  const page = await get("/", few);
  expect(tilesOf(page)).toEqual(
    Array.from({ length: 12 }, (_, nth) => `shop-${String(nth + 1).padStart(2, "0")}`),
  );
  expect(page).not.toContain('id="search"');
  expect(page).not.toContain("pictures");
  expect(await get("/changes", few)).not.toContain('id="search"');
  await seedDatabase(few.store.db, "shop-13");
  const fleet = await get("/", few);
  expect(fleet).toContain('id="search"');
  expect(tilesOf(fleet)[0]).toBe("shop-07");
});

test("what needs a person comes first, a page at a time, and all of it is reached", async () => {
  const [failed] = await web.store.db.query<{ name: string }>(
    "select name from schemawatch.standing where state = 'watching' and status = 'synced' and last_run <> 'failed' order by name desc limit 1",
  );
  const [row] = await web.store.db.query<{ id: number }>(
    "select id from schemawatch.database where name = $1",
    [failed?.name],
  );
  await seedRun(web.store.db, row?.id ?? 0, "failed");
  const ranks = new Map(
    (
      await web.store.db.query<{ name: string; rank: number }>(
        `select name, case when state = 'unreachable' then 1 when last_run = 'failed' then 2
           when status = 'drifted' or unreadable then 3 else 4 end as rank from schemawatch.standing`,
      )
    ).map(({ name, rank }) => [name, rank]),
  );
  const seen: string[] = [];
  let path: string | undefined = "/";
  while (path !== undefined) {
    const page: string = await get(path);
    expect(tilesOf(page).length).toBeLessThanOrEqual(24);
    seen.push(...tilesOf(page));
    path = page.match(/rel="next" href="([^"]+)"/)?.[1]?.replaceAll("&amp;", "&");
  }
  const expected = [...ranks].sort(([a, ra], [b, rb]) => ra - rb || (a < b ? -1 : 1)).map(([name]) => name);
  expect(seen).toEqual(expected);
  expect(ranks.get(failed?.name ?? "")).toBe(2);
});

test("a choice is a plain address whose words lead on, and back", async () => {
  const page = await get("/?search=pay&label=team:payments&status=synced");
  const [row] = await web.store.db.query<{ names: string[] }>(
    `select array_agg(name order by name) as names from schemawatch.standing
     where name like '%pay%' and labels ->> 'team' = 'payments' and status = 'synced'`,
  );
  expect(tilesOf(page).sort()).toEqual(row?.names ?? []);
  expect(page).toContain(`<b class="num">${row?.names.length}</b> of 100 databases`);
  expect(page).toContain('value="pay"');
  expect(page).toContain('<option value="team:payments" selected>');
  // Another state keeps the search and the label; the chosen one leads back to any.
  expect(page).toContain(
    'href="/?search=pay&amp;label=team%3Apayments&amp;state=watching&amp;status=synced"',
  );
  expect(page).toMatch(/href="\/\?search=pay&amp;label=team%3Apayments" aria-current="true">.*synced/);
  // A form without a script sends what is empty, too.
  const sent = await web.fetch("/?search=&label=&label=team%3Apayments&status=synced");
  expect([sent.status, sent.headers.get("location")]).toEqual([303, "/?label=team%3Apayments&status=synced"]);
});

test("where nothing fits, each way to ask for more is a link", async () => {
  const home = await get("/?search=nowhere&label=team:payments");
  expect(home).toContain("No database fits");
  for (const wider of ["/?label=team%3Apayments", "/?search=nowhere", "/"])
    expect(home).toContain(`href="${wider}"`);
  const changes = await get("/changes?search=nowhere&compatibility=breaking");
  expect(changes).toContain("No change fits");
  for (const wider of ["/changes?search=nowhere", "/changes?compatibility=breaking", "/changes"])
    expect(changes).toContain(`href="${wider}"`);
});

test("a search in place answers with what follows from it, and an address to go back to", async () => {
  const ask = (path: string, from: string) =>
    web.fetch(path, { headers: { "hx-request": "true", "hx-current-url": `${web.url}${from}` } });
  const first = await ask("/?search=p", "/");
  const text = await first.text();
  expect(text).not.toContain("<html");
  expect(text).toContain('hx-sse:connect="/live/home?search=p"');
  expect(first.headers.get("hx-push-url")).toBe("/?search=p");
  const more = await ask("/?search=pay&label=", "/?search=p");
  expect([more.headers.get("hx-replace-url"), more.headers.get("hx-push-url")]).toEqual([
    "/?search=pay",
    null,
  ]);
  const other = await ask("/?search=pay&label=team:payments", "/?search=pay");
  expect(other.headers.get("hx-push-url")).toBe("/?search=pay&label=team%3Apayments");
  const list = await ask("/changes?search=pay&compatibility=breaking", "/changes?compatibility=breaking");
  expect(list.headers.get("hx-push-url")).toBe("/changes?search=pay&compatibility=breaking");
  expect(await list.text()).toContain('href="/changes?search=pay&amp;compatibility=risky"');
});

test("a change of one database is told as its tile and the counters, to a reader of a fleet", async () => {
  const reader = await follow("/live/home");
  const name = tilesOf(reader.told[0] ?? "")[0] ?? "";
  await change(name, "reason = 'another reason'");
  await until("the tile", 3000, () => reader.told.length > 1);
  expect(tilesOf(reader.told[1] ?? "")).toEqual([name]);
  expect(reader.told[1]).toContain(`hx-target="[id=&#x27;tile-${name}&#x27;]"`.replaceAll("&#x27;", "'"));
  expect((reader.told[1] ?? "").length).toBeLessThan(4000);
  // A tile that is not on this page: counters alone.
  const elsewhere = await web.store.db.query<{ name: string }>(
    "select name from schemawatch.standing where status = 'synced' and state = 'watching' and last_run = 'succeeded' order by name desc limit 1",
  );
  await change(elsewhere[0]?.name ?? "", "baseline_state = 'none'");
  await until("the counters", 3000, () => reader.told.length > 2);
  expect(reader.told[2]).toContain('id="pictures"');
  expect(tilesOf(reader.told[2] ?? "")).toEqual([]);
});

test("hundreds of events in a second are a few updates", async () => {
  const reader = await follow("/live/home");
  const name = tilesOf(reader.told[0] ?? "")[0] ?? "";
  const started = performance.now();
  for (let nth = 0; nth < 300; nth++) await change(name, `reason = 'reason ${nth}'`);
  await until("the last", 3000, () => reader.told.at(-1)?.includes("reason 299") === true);
  // One at once, then one every 250 ms.
  expect(reader.told.length).toBeLessThanOrEqual(4 + (performance.now() - started) / 250);
});

test("many browsers cost one reading of the store, whichever pages of the fleet they show", async () => {
  const addresses = ["/live/home", "/live/home?label=team:payments", "/live/home?search=a"];
  const readers = await Promise.all(
    Array.from({ length: 60 }, (_, nth) => follow(addresses[nth % addresses.length] ?? "")),
  );
  const [any] = await web.store.db.query<{ name: string }>(
    "select name from schemawatch.database where labels ->> 'team' = 'payments' order by name limit 1",
  );
  const asked = spyOn(web.store.db, "query");
  await change(
    any?.name ?? "",
    "labels = labels || '{\"team\": \"payments\"}', state = 'unreachable', reason = 'told to all'",
  );
  await until("all to be told", 3000, () =>
    readers.every(({ told }) => told.at(-1)?.includes("told to all")),
  );
  const readings = asked.mock.calls.filter(([text]) => text.includes("schemawatch.standing")).length;
  asked.mockRestore();
  // Totals and tiles of each of the three addresses.
  expect(readings).toBeLessThanOrEqual(addresses.length * 2);
});
