import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "./postgres/client.ts";
import type { Database } from "./postgres/types.ts";
import { Api } from "./testing/api.ts";
import { readStream, type StreamReader } from "./testing/event-stream.ts";
import { type TestDatabase, testDatabase, testServer } from "./testing/postgres.ts";
import { endServices, startService, type TestService } from "./testing/service.ts";
import { until } from "./testing/until.ts";

/*
 * The whole service while its store is taken away again and again: every request is answered within its deadline, good
 * or bad; it serves again within 2 s of the server; streams go on; and what was accepted is done, once.
 */

setDefaultTimeout(120_000);

/** The store's deadline of 10 s a query, and some time to say so. */
const ANSWER_MS = 12_000;
const BACK_MS = 2000;
const USERS = 40;

// What was committed must survive the server's crash here.
const server = await testServer({ synchronous_commit: "on" });
const folder = mkdtempSync(join(tmpdir(), "schemawatch-resilience-"));
afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

const shops: TestDatabase[] = [];
const readers: StreamReader[] = [];
let admin: Database | undefined;
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  await endServices();
  await admin?.close();
  await Promise.all(shops.splice(0).map((shop) => shop.drop()));
});

function client(database: string): Database {
  return connect({
    url: server.url(database),
    applicationName: "resilience test",
    maxConnections: 1,
    deadlineMs: 5000,
  });
}

/** The service on a new store of the server that suffers, watching databases of one that does not. */
async function begin(store: string): Promise<{ service: TestService; names: string[]; admin: Database }> {
  admin = client("postgres");
  await admin.query(`create database ${store}`);
  shops.push(...(await Promise.all([1, 2, 3, 4].map(() => testDatabase({ template: "sample" })))));
  const file = join(folder, `${store}.yaml`);
  const entries = shops.map(({ name, url }) => `  - { name: ${name}, url: "${url}" }`);
  writeFileSync(file, `databases:\n${entries.join("\n")}\n`);
  const env = { DATABASE_URL: server.url(store), DATABASES_FILE: file, LOG_LEVEL: "warn" };
  const service = await startService({ env });
  const names = shops.map(({ name }) => name);
  await new Api(service.url).watching(names, 10_000);
  return { service, names, admin };
}

/** 40 people and scripts at once: most read, some trigger. */
class Load {
  /** Runs that were accepted with 202. */
  readonly accepted: number[] = [];
  /** Answers by status; 0 for none. */
  readonly answers = new Map<number, number>();
  slowestMs = 0;
  #going = true;
  readonly #users: Promise<void>[];

  constructor(url: string, names: readonly string[]) {
    this.#users = Array.from({ length: USERS }, (_, i) => this.#user(url, names[i % names.length] ?? "", i));
  }

  /** Resolves when every request has been answered. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#users);
  }

  async #user(url: string, name: string, index: number): Promise<void> {
    const pages = ["/", `/databases/${name}`, "/api/v1/databases", "/api/v1/runs?limit=5", "/api/v1/changes"];
    for (let n = index; this.#going; n += 1) {
      const triggers = index % 10 === 0;
      const path = triggers ? `/api/v1/databases/${name}/runs` : pages[n % pages.length];
      const begun = performance.now();
      const answer = await fetch(`${url}${path}`, {
        method: triggers ? "POST" : "GET",
        signal: AbortSignal.timeout(ANSWER_MS + 5000),
      }).catch(() => null);
      const text = await answer?.text().catch(() => null);
      const status = text == null ? 0 : (answer?.status ?? 0);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
      this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
      if (status === 202) this.accepted.push((JSON.parse(text ?? "") as { id: number }).id);
      await Bun.sleep(triggers ? 150 : 40);
    }
  }
}

/** Milliseconds until it answers ten readers at once and accepts a run. */
async function untilServing(service: TestService, name: string): Promise<{ ms: number; run: number }> {
  const begun = performance.now();
  const api = new Api(service.url);
  return until("the service to serve again", 10_000, async () => {
    try {
      await Promise.all(Array.from({ length: 10 }, () => api.ask("GET", "/databases")));
      const run = await api.trigger(name);
      return { ms: performance.now() - begun, run };
    } catch {
      return false;
    }
  });
}

/** What the home page's stream showed last: the newest run. */
function homeStream(service: TestService): { newest: () => number; connects: () => number } {
  let newest = 0;
  const reader = readStream(`${service.url}/live/home`, ({ data }) => {
    for (const [, id] of data.matchAll(/\/runs\/(\d+)/g)) newest = Math.max(newest, Number(id));
    return false;
  });
  readers.push(reader);
  return { newest: () => newest, connects: reader.connects };
}

/** Reads a run's events until its end, over as many connections as it takes. */
function runStream(service: TestService, run: number): { seen: number[]; ended: () => boolean } {
  const seen: number[] = [];
  let ended = false;
  const reader = readStream(`${service.url}/api/v1/runs/${run}/events`, ({ id, event }) => {
    if (event === "end") ended = true;
    else seen.push(Number(id));
    return ended;
  });
  readers.push(reader);
  return { seen, ended: () => ended };
}

/** Does `harm` so many times under load and holds the service to what is promised. */
async function suffer(
  store: string,
  rounds: number,
  harm: (round: number, admin: Database) => Promise<void>,
) {
  const { service, names, admin } = await begin(store);
  const home = homeStream(service);
  const load = new Load(service.url, names);
  const streams: { run: number; stream: ReturnType<typeof runStream> }[] = [];
  const usual: number[] = [];
  const back: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { run, ms } = await untilServing(service, names[round % names.length] ?? "");
    usual.push(ms);
    streams.push({ run, stream: runStream(service, run) });
    await Bun.sleep(100 + Math.random() * 200);
    await harm(round, admin);
    const again = await untilServing(service, names[round % names.length] ?? "");
    back.push(again.ms);
    await until("the home page's stream to go on", 5000, async () => home.newest() >= again.run).catch(
      (error: Error) => {
        const state = `run ${again.run}, shown ${home.newest()}, connected ${home.connects()} times`;
        throw new Error(`${error.message} (round ${round}, ${state})\n${service.log().slice(-4000)}`);
      },
    );
  }
  await load.stop();
  // What the same takes without any harm is the machine's, which other tests may keep busy.
  expect(Math.max(...back)).toBeLessThan(BACK_MS + Math.max(...usual));
  expect(load.slowestMs).toBeLessThan(ANSWER_MS);
  expect(load.answers.get(0) ?? 0).toBe(0);
  expect(load.answers.get(200)).toBeGreaterThan(rounds * 10);
  expect(load.accepted.length).toBeGreaterThan(rounds);

  const db = client(store);
  try {
    await until("every run to end", 30_000, async () => {
      const going = await db.query("select from schemawatch.run where finished_at is null", []);
      return going.length === 0;
    });
    const runs = [...load.accepted, ...streams.map(({ run }) => run)];
    const wrong = await db.query(
      `select accepted.id, r.state, r.error, e.ends
       from unnest($1::bigint[]) as accepted (id)
       left join schemawatch.run r on r.id = accepted.id
       cross join lateral (
         select count(*)::integer as ends from schemawatch.run_event
         where run_id = accepted.id and type = 'run' and state in ('succeeded', 'failed', 'cancelled')
       ) e
       where r.state is distinct from 'succeeded' or r.report_markdown is null or r.report_html is null or e.ends <> 1`,
      [runs],
    );
    expect(wrong).toEqual([]);
    for (const { run, stream } of streams) {
      await until(`the stream of run ${run} to end`, 5000, async () => stream.ended());
      const [log] = await db.query<{ last: number }>(
        "select last_seq as last from schemawatch.run where id = $1",
        [run],
      );
      expect(stream.seen).toEqual(Array.from({ length: log?.last ?? 0 }, (_, i) => i + 1));
    }
  } finally {
    await db.close();
  }
  expect(await service.stop()).toBe(0);
}

test("all of the store's sessions are terminated, 20 times", async () => {
  await suffer("terminated", 20, async (_, admin) => {
    const [killed] = await admin.query<{ count: number }>(
      `select count(pg_terminate_backend(pid))::integer from pg_stat_activity
       where datname = 'terminated' and pid <> pg_backend_pid()`,
      [],
    );
    expect(killed?.count).toBeGreaterThan(3);
  });
});

test("the store is restarted, 10 times", async () => {
  const modes = ["fast", "immediate", "kill"] as const;
  await suffer("restarted", 10, async (round) => {
    await server.stop(modes[round % 3] ?? "fast");
    await Bun.sleep(Math.random() * 400);
    await server.start();
  });
});

test("without the store it says so, keeps living, and ends in order when asked to", async () => {
  const { service } = await begin("gone");
  await server.stop("fast");
  try {
    const ready = await until("it to say so", 5000, async () => {
      const answer = await fetch(`${service.url}/readyz`);
      return answer.status === 503 && ((await answer.json()) as { unready: string[] });
    });
    expect(ready.unready).toContain("store: it cannot be reached");
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(200);
    const page = await fetch(service.url);
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining("cannot be reached")]);
    const begun = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
  } finally {
    await server.start();
  }
});
