import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { AppError } from "../errors.ts";
import { testServer } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { connect } from "./client.ts";
import type { Database } from "./types.ts";

/*
 * What is promised: no query stays unsettled beyond its deadline, queries work again within 2 s of the server, and
 * whoever listens and reads again on resume misses nothing.
 */

setDefaultTimeout(60_000);
const deadlineMs = 3000;
const server = await testServer();
afterAll(() => server.remove());

let db: Database;
let admin: Database;
beforeEach(() => {
  const common = { url: server.url(), deadlineMs };
  db = connect({ ...common, applicationName: "chaos", maxConnections: 10 });
  admin = connect({ ...common, applicationName: "chaos admin", maxConnections: 1 });
});
afterEach(() => Promise.all([db.close(), admin.close()]));

interface Load {
  readonly done: number;
  readonly lost: number;
  /** The longest any query took to settle, in milliseconds. */
  readonly slowest: number;
  /** Resolves when every query has settled. */
  stop(): Promise<void>;
}

/** 40 users, each with one query or transaction after another until told to stop. */
function load(): Load {
  const seen = { done: 0, lost: 0, slowest: 0 };
  let going = true;
  const user = async (index: number) => {
    while (going) {
      const begin = performance.now();
      try {
        if (index % 4 === 0) await transfer();
        else await db.query("select $1::int, pg_sleep($2)", [index, index % 4 === 1 ? 0.02 : 0]);
        seen.done += 1;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "unavailable") throw error;
        seen.lost += 1;
        await Bun.sleep(5);
      }
      seen.slowest = Math.max(seen.slowest, performance.now() - begin);
    }
  };
  const transfer = () =>
    db.transaction(async (tx) => {
      await tx.query("select 1", []);
      await Promise.all([tx.query("select pg_sleep(0.01)", []), tx.query("select $1::text", ["x"])]);
    });
  const users = Array.from({ length: 40 }, (_, index) => user(index));
  return Object.assign(seen, {
    stop: async () => {
      going = false;
      await Promise.all(users);
    },
  });
}

/** Milliseconds until ten queries at once work. */
async function untilServing(): Promise<number> {
  const begin = performance.now();
  for (;;) {
    try {
      await Promise.all(Array.from({ length: 10 }, () => db.query("select 1", [])));
      return performance.now() - begin;
    } catch (error) {
      if (performance.now() - begin > 10_000) throw error;
      await Bun.sleep(10);
    }
  }
}

/** Everyone who follows a table of numbered events, woken by NOTIFY and reading again on resume. */
async function follow(): Promise<{ seen: number[]; resumes: () => number }> {
  await admin.query("create table if not exists event (id int primary key)");
  await admin.query("truncate event");
  const seen: number[] = [];
  let resumes = 0;
  let reading = Promise.resolve();
  const read = () => {
    reading = reading.then(async () => {
      for (;;) {
        try {
          const rows = await db.query<{ id: number }>("select id from event where id > $1 order by id", [
            seen.at(-1) ?? 0,
          ]);
          seen.push(...rows.map((row) => row.id));
          return;
        } catch {
          await Bun.sleep(20);
        }
      }
    });
  };
  await db.listen("event", read, () => {
    resumes += 1;
    read();
  });
  return { seen, resumes: () => resumes };
}

/** Writes one event for sure: asks again after a loss, as the outcome of a lost commit is unknown. */
async function write(id: number): Promise<void> {
  for (;;) {
    try {
      await admin.transaction(async (tx) => {
        await tx.query("insert into event values ($1) on conflict do nothing", [id]);
        await tx.query("select pg_notify('event', '')", []);
      });
      return;
    } catch {
      await Bun.sleep(20);
    }
  }
}

const terminateAll = `select count(pg_terminate_backend(pid))::int as killed from pg_stat_activity
  where pid <> pg_backend_pid() and application_name = 'chaos'`;

test("all backends terminated under 40 concurrent queries, 20 times", async () => {
  const { seen, resumes } = await follow();
  const running = load();
  for (let round = 1; round <= 20; round += 1) {
    const before = running.done;
    await until("100 more queries", 2000, () => running.done > before + 100);
    const [killed] = await admin.query<{ killed: number }>(terminateAll, []);
    expect(killed?.killed).toBeGreaterThan(5);
    await write(round);
    expect(await untilServing()).toBeLessThan(2000);
    await until(`notice ${round}`, 2000, () => seen.length === round);
  }
  await running.stop();
  expect(running.slowest).toBeLessThan(deadlineMs);
  expect(running.lost).toBeGreaterThan(0);
  expect(resumes()).toBeGreaterThan(10);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test("the server restarted under load, 10 times", async () => {
  const { seen } = await follow();
  const running = load();
  const modes = ["fast", "immediate", "kill"] as const;
  for (let round = 1; round <= 10; round += 1) {
    const before = running.done;
    await until("100 more queries", 2000, () => running.done > before + 100);
    await server.stop(modes[round % 3] ?? "fast");
    const written = write(round);
    await server.start();
    expect(await untilServing()).toBeLessThan(2000);
    await written;
    await until(`notice ${round}`, 2000, () => seen.length === round);
  }
  await running.stop();
  expect(running.slowest).toBeLessThan(deadlineMs + 500);
  expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
});

test("a server that stops answering costs each query its deadline and no more", async () => {
  const quick = connect({ url: server.url(), applicationName: "frozen", maxConnections: 4, deadlineMs: 300 });
  await Promise.all(Array.from({ length: 4 }, () => quick.query("select 1", [])));
  const backends = await admin.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = 'frozen'",
    [],
  );
  const pids = [server.pid, ...backends.map((backend) => backend.pid)];
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  const begin = performance.now();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, () => quick.query("select 1", [])),
  ).finally(() => {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  });
  expect(performance.now() - begin).toBeLessThan(1000);
  for (const outcome of outcomes) {
    expect(outcome.status === "rejected" && (outcome.reason as AppError).code).toBe("timeout");
  }
  expect(await quick.query("select 1 as one", [])).toEqual([{ one: 1 }]);
  await quick.close();
});
