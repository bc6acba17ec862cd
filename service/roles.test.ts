import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "./testing/api.ts";
import { type TestDatabase, testDatabase } from "./testing/postgres.ts";
import { endServices, launch, type Program } from "./testing/service.ts";
import { until } from "./testing/until.ts";

/* The roles as processes of their own, which share a store and nothing else. */

setDefaultTimeout(90_000);

let store: TestDatabase;
let shops: TestDatabase[];
let file: string;
const folder = mkdtempSync(join(tmpdir(), "schemawatch-roles-"));

beforeEach(async () => {
  [store, ...shops] = await Promise.all([
    testDatabase(),
    ...[1, 2, 3, 4].map(() => testDatabase({ template: "sample" })),
  ]);
  const entries = shops.map(({ name, url }) => `  - { name: ${name}, url: "${url}", interval: 200ms }`);
  file = join(folder, `${store.name}.yaml`);
  writeFileSync(file, `databases:\n${entries.join("\n")}\n`);
});
afterEach(async () => {
  await endServices();
  await Promise.all([store, ...shops].map((database) => database.drop()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts one role; resolves when it is ready. */
async function begin(role: "all" | "web" | "poller" | "worker"): Promise<Program> {
  const program = launch({
    env: { ROLE: role, DATABASE_URL: store.url, DATABASES_FILE: file, CONCURRENCY: "2" },
  });
  await program.ready();
  return program;
}

function end(programs: readonly Program[]): Promise<number[]> {
  for (const program of programs) program.signal("SIGTERM");
  return Promise.all(programs.map((program) => program.exited));
}

const names = () => shops.map(({ name }) => name);

test("web, poller and worker apart: DDL is processed and seen through the web's API", async () => {
  const [web, poller, worker] = await Promise.all([begin("web"), begin("poller"), begin("worker")]);
  const api = new Api(web.url);
  await api.watching(names(), 10_000);
  const [shop] = shops;
  if (shop === undefined) throw new Error("no shop");
  const begun = performance.now();
  await shop.db.query("create table public.made_apart (id int)");
  const change = await until("the change", 10_000, async () => {
    const { items } = await api.ask<{ items: { id: number; database: string; runId: number }[] }>(
      "GET",
      "/changes",
    );
    return items.find(({ database, runId }) => database === shop.name && runId !== null);
  });
  const run = await api.ended(change.runId, 10_000);
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(run).toMatchObject({ state: "succeeded", changeId: change.id, database: shop.name });
  expect(run.report?.markdown).toContain("public.made_apart");

  const asked = await api.ended(await api.trigger(shop.name), 10_000);
  expect(asked).toMatchObject({ state: "succeeded", changeId: null });

  for (const { url } of [poller, worker]) {
    const answers = await Promise.all(
      ["/healthz", "/readyz", "/metrics", "/", "/api/v1/runs"].map((path) => fetch(url + path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404]);
  }
  expect(await (await fetch(`${poller.url}/metrics`)).text()).toMatch(/^schemawatch_leases(\{.*\})? 4$/m);
  expect(await end([web, poller, worker])).toEqual([0, 0, 0]);
});

test("a poller without PORT works and listens nowhere", async () => {
  const poller = launch({ env: { ROLE: "poller", DATABASE_URL: store.url, DATABASES_FILE: file, PORT: "" } });
  await until("its leases", 10_000, async () => {
    const migrated = await store.db.query("select to_regclass('schemawatch.database') as there", []);
    return migrated[0]?.there !== null && (await holders()).size === 1;
  });
  expect(await fetch(`${poller.url}/healthz`).catch(() => null)).toBeNull();
  expect(await end([poller])).toEqual([0]);
  expect(poller.out()).not.toContain("http://");
});

test("a process says what is not ready in its roles, and is ready again when it is", async () => {
  const [all, web] = await Promise.all([begin("all"), begin("web")]);
  const ready = async ({ url }: Program) => {
    const answer = await fetch(`${url}/readyz`);
    const { unready } = (await answer.json()) as { unready: string[] };
    return { status: answer.status, unready };
  };
  const release = Promise.withResolvers<void>();
  const lock = store.db.transaction(async (tx) => {
    await tx.query("lock table schemawatch.database");
    await release.promise;
  });
  const waiting = await until("the leases to lapse", 10_000, async () => {
    const answer = await ready(all);
    return answer.status === 503 && answer;
  }).finally(() => release.resolve());
  expect(waiting.unready).toEqual(["poller: the poller cannot renew its leases in the store"]);
  await lock;
  expect((await ready(web)).status).toBe(200);
  await until("the leases to be renewed", 5000, async () => (await ready(all)).status === 200);
  expect(await end([all, web])).toEqual([0, 0]);
});

test("a poller and a worker killed under DDL and triggers: nothing lost, nothing twice, leases elsewhere within 5 s", async () => {
  const [web, ...others] = await Promise.all([
    begin("web"),
    begin("poller"),
    begin("poller"),
    begin("worker"),
    begin("worker"),
  ]);
  const [poller, , worker] = others;
  if (!poller || !worker) throw new Error("not started");
  const api = new Api(web.url);
  await api.watching(names(), 10_000);
  await until("the leases to be shared", 10_000, async () => (await holders()).size === 2);

  let working = true;
  const made: string[] = [];
  const asked: number[] = [];
  const load = shops.map(async (shop) => {
    for (let n = 1; working; n += 1) {
      await shop.db.query(`create table public.made_${n} (id int)`);
      made.push(`${shop.name} public.made_${n}`);
      if (n % 2 === 0) asked.push(await api.trigger(shop.name));
      await Bun.sleep(100 + Math.random() * 150);
    }
  });
  await Bun.sleep(1500);
  const before = await holders();
  poller.signal("SIGKILL");
  const killed = performance.now();
  await until("the leases to be the other's", 10_000, async () => {
    const now = await holders();
    return now.size === 1 && [...before.keys()].some((holder) => now.get(holder) === shops.length);
  });
  expect(performance.now() - killed).toBeLessThan(5000);
  worker.signal("SIGKILL");
  await Bun.sleep(2000);
  working = false;
  await Promise.all(load);

  const told = () =>
    store.db.query<{ told: string }>(
      `select d.name || ' ' || o.identity as told
       from schemawatch.change_object o
       join schemawatch.change c on c.id = o.change_id
       join schemawatch.database d on d.id = c.database_id
       where o.identity ~ '^public\\.made_\\d+$'`,
      [],
    );
  await until("every change to be found", 15_000, async () => (await told()).length >= made.length);
  await until("every run to end", 30_000, async () => {
    const going = await store.db.query("select from schemawatch.run where finished_at is null", []);
    return going.length === 0;
  });
  expect((await told()).map((row) => row.told).sort()).toEqual(made.sort());
  expect(asked.length).toBeGreaterThan(5);
  const wrong = await store.db.query(
    `select r.id, r.state, r.error, e.ends
     from schemawatch.run r
     cross join lateral (
       select count(*)::integer as ends from schemawatch.run_event
       where run_id = r.id and type = 'run' and state in ('succeeded', 'failed', 'cancelled')
     ) e
     where r.state <> 'succeeded' or r.report_markdown is null or e.ends <> 1`,
    [],
  );
  expect(wrong).toEqual([]);
  const runs = await store.db.query<{ id: string }>(
    "select id from schemawatch.run where cause = 'request' order by id",
    [],
  );
  expect(runs.map(({ id }) => Number(id))).toEqual(asked.sort((a, b) => a - b));
  const doubled = await store.db.query(
    "select change_id from schemawatch.run where cause = 'change' group by change_id having count(*) <> 1",
    [],
  );
  expect(doubled).toEqual([]);
  const changes = await store.db.query(
    "select c.id from schemawatch.change c where not exists (select from schemawatch.run r where r.change_id = c.id)",
    [],
  );
  expect(changes).toEqual([]);
});

/** Who holds how many leases that have not run out. */
async function holders(): Promise<Map<string, number>> {
  const rows = await store.db.query<{ holder: string; held: number }>(
    `select lease_holder as holder, count(*)::integer as held from schemawatch.database
     where lease_until > clock_timestamp() group by lease_holder`,
    [],
  );
  return new Map(rows.map(({ holder, held }) => [holder, held]));
}
