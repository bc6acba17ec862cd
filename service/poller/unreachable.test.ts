import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { createServer, type Server, type Socket, connect as tcp } from "node:net";
import { freePort } from "../embedded/port.ts";
import { requestRun } from "../store/runs.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

setDefaultTimeout(60_000);

let store: TestDatabase;
let shop: TestDatabase;
let poller: TestPoller | undefined;

beforeEach(async () => {
  [store, shop] = await Promise.all([testDatabase({ template: "store" }), testDatabase()]);
});
afterEach(async () => {
  await poller?.stop();
  poller = undefined;
  await Promise.all([store.drop(), shop.drop()]);
});

interface Row {
  state: string;
  reason: string | null;
  failures: number;
  next_in: number | null;
}

async function database(name: string): Promise<Row | undefined> {
  const [row] = await store.db.query<Row>(
    `select state, reason, failures, extract(epoch from next_try_at - clock_timestamp())::float8 as next_in
     from schemawatch.database where name = $1`,
    [name],
  );
  return row;
}

function inState(name: string, state: string, withinMs = 8000): Promise<Row> {
  return until(`${name} ${state}`, withinMs, async () => {
    const row = await database(name);
    return row?.state === state && row;
  });
}

/** The shop's URL with something else in it. */
function altered(change: (url: URL) => void): string {
  const url = new URL(shop.url);
  change(url);
  return url.href;
}

async function foundTables(name: string): Promise<string[]> {
  const rows = await store.db.query<{ identity: string }>(
    `select o.identity from schemawatch.change_object o join schemawatch.change c on c.id = o.change_id
     join schemawatch.database d on d.id = c.database_id where d.name = $1 and o.kind = 'table'`,
    [name],
  );
  return rows.map((row) => row.identity);
}

test("what cannot be reached is shown with the reason and without the password, and the others go on", async () => {
  const port = String(freePort());
  poller = await testPoller(store.url, [
    watched("good", shop.url),
    watched(
      "closed",
      altered((url) => (url.port = port)),
    ),
    watched(
      "missing",
      altered((url) => (url.pathname = "/nowhere")),
    ),
    watched(
      "refused",
      altered((url) => (url.username = "nobody")),
    ),
    watched(
      "wrong",
      altered((url) => (url.password = "hunter2-wrong")),
    ),
  ]);
  await inState("good", "watching");
  const closed = await inState("closed", "unreachable");
  expect(closed.reason).toContain("nothing listens there");
  expect((await inState("missing", "unreachable")).reason).toContain('no database "nowhere"');
  expect((await inState("refused", "unreachable")).reason).toContain("refuses the role");
  const wrong = await inState("wrong", "unreachable");
  expect(wrong.reason).toContain("password authentication failed");
  expect(JSON.stringify([wrong, poller.lines])).not.toContain("hunter2");
  await shop.db.query("create table public.t (id int)", []);
  await until("the table", 5000, async () => (await foundTables("good")).length === 1);
  await until("waits grow", 8000, async () => ((await database("closed"))?.failures ?? 0) >= 3);
  expect((await database("closed"))?.next_in).toBeGreaterThan(1.5);
});

test("a requested look of an unreachable database fails at once, with the reason, and its run goes on", async () => {
  const port = String(freePort());
  poller = await testPoller(store.url, [
    watched(
      "closed",
      altered((url) => (url.port = port)),
    ),
  ]);
  await until("a long wait", 8000, async () => ((await database("closed"))?.failures ?? 0) >= 3);
  const before = await database("closed");
  const asked = performance.now();
  const { id } = await requestRun(store.db, { database: "closed" });
  const run = await until("the look", 1000, async () => {
    const [row] = await store.db.query<{ state: string; look: { outcome: string; reason: string } }>(
      "select state, look from schemawatch.run where id = $1",
      [id],
    );
    return row?.state === "queued" && row;
  });
  expect(performance.now() - asked).toBeLessThan(900);
  expect(run.look.outcome).toBe("failed");
  expect(run.look.reason).toContain("nothing listens there");
  expect((await database("closed"))?.failures).toBe(before?.failures as number);
});

test("a right configuration is tried at once, whatever the wait", async () => {
  const port = String(freePort());
  poller = await testPoller(store.url, [
    watched(
      "shop",
      altered((url) => (url.port = port)),
    ),
  ]);
  await until("a long wait", 8000, async () => ((await database("shop"))?.failures ?? 0) >= 3);
  poller.list([watched("shop", shop.url)]);
  const row = await inState("shop", "watching", 3000);
  expect(row).toEqual({ state: "watching", reason: null, failures: 0, next_in: null });
});

test("a server that answers no more is shown within its deadline, the others go on, and it comes back by itself", async () => {
  const gateway = await Gateway.to(Number(new URL(shop.url).port));
  try {
    poller = await testPoller(store.url, [
      watched("good", shop.url),
      watched(
        "slow",
        altered((url) => (url.port = String(gateway.port))),
      ),
    ]);
    await Promise.all([inState("good", "watching"), inState("slow", "watching")]);
    gateway.pause();
    await shop.db.query("create table public.t (id int)", []);
    await until("the others' table", 4000, async () => (await foundTables("good")).length === 1);
    const slow = await inState("slow", "unreachable", 8000);
    expect(slow.reason).toContain("took longer than 5000 ms");
    gateway.resume();
    await inState("slow", "watching", 8000);
    expect(await foundTables("slow")).toEqual(["public.t"]);
  } finally {
    await gateway.close();
  }
});

test("a connection that is killed is made anew without a word to the users", async () => {
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  await inState("shop", "watching");
  await shop.db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'schemawatch poller' and datname = current_database()`,
    [],
  );
  await shop.db.query("create table public.t (id int)", []);
  await until("the table", 5000, async () => (await foundTables("shop")).length === 1);
  expect(poller.lines.filter((line) => line.startsWith("warn"))).toEqual([]);
});

/** Passes bytes on, until it is told to keep them. */
class Gateway {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #paused = false;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async to(target: number): Promise<Gateway> {
    let gateway: Gateway | undefined;
    const server = createServer((client) => {
      const upstream = tcp(target, "127.0.0.1");
      gateway?.add(client, upstream);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    gateway = new Gateway(server, address.port);
    return gateway;
  }

  add(client: Socket, upstream: Socket): void {
    for (const [from, into] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        if (!this.#paused) into.write(bytes);
      });
      from.on("error", () => into.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        into.destroy();
      });
    }
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
