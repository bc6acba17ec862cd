import { afterAll, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { testDatabase } from "../testing/postgres.ts";
import { connect, sqlState } from "./client.ts";
import type { ConnectOptions, Database } from "./types.ts";

const { db, url, name, drop } = await testDatabase();
const clients: Database[] = [];
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await drop();
});

function client(options: Partial<ConnectOptions> = {}): Database {
  const made = connect({
    url,
    applicationName: "client test",
    maxConnections: 2,
    deadlineMs: 2000,
    ...options,
  });
  clients.push(made);
  return made;
}

/** What the promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  return error;
}

async function backends(applicationName: string): Promise<{ state: string; query: string }[]> {
  return db.query("select state, query from pg_stat_activity where application_name = $1", [applicationName]);
}

test("an error of the statement keeps its SQLSTATE, and the connection", async () => {
  const error = await db.query("select 1 / $1::int", [0]).catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe("22012");
  expect(await db.query("select 1 as one", [])).toEqual([{ one: 1 }]);
});

test("a value that cannot be written fails its query, and mixes up no other", async () => {
  const circular: unknown[] = [];
  circular.push(circular);
  const text = "select $1::jsonb as value";
  await db.query(text, [[1]]);
  const mixed = db.transaction((tx) =>
    Promise.allSettled([[2], circular, [3]].map((value) => tx.query(text, [value]))),
  );
  expect((await failure(mixed)).code).toBe("internal");
  expect(await Promise.all([4, 5, 6].map((n) => db.query(text, [[n]])))).toEqual([
    [{ value: [4] }],
    [{ value: [5] }],
    [{ value: [6] }],
  ]);
  expect(await db.query("select $1::int as value", [undefined])).toEqual([{ value: null }]);
});

test("several statements in one text return the last one's rows", async () => {
  expect(await db.query("select 1 as a; select 2 as b")).toEqual([{ b: 2 }] as never[]);
  expect(await db.query("select 1 as a, 2 as b where false")).toEqual([]);
});

test("a deadline rejects, names no password, and stops the statement on the server", async () => {
  const slow = client({ applicationName: "slow", deadlineMs: 200 });
  const begin = performance.now();
  const error = await failure(slow.query("select pg_sleep(30)", []));
  expect(performance.now() - begin).toBeLessThan(600);
  expect(error.code).toBe("timeout");
  expect(error.message).toContain(`/${name}`);
  expect(error.message).not.toContain(":test@");
  await Bun.sleep(200);
  expect(await backends("slow")).toEqual([]);
  expect(await slow.query("select 1 as one", [])).toEqual([{ one: 1 }]);
});

test("waiting for a free connection is part of the deadline", async () => {
  const narrow = client({ maxConnections: 1, deadlineMs: 300 });
  const long = narrow.transaction((tx) => tx.query("select pg_sleep(0.6)", []), { deadlineMs: 2000 });
  expect((await failure(narrow.query("select 1", []))).code).toBe("timeout");
  await long;
});

test("what cannot be reached is unavailable, with the reason", async () => {
  const cases: [string, RegExp][] = [
    ["postgres://me:secret@127.0.0.1:1/db", /nothing listens there \(me@127\.0\.0\.1:1\/db\)/],
    ["postgres://me:secret@no-such-host.invalid/db", /host name/],
    ["postgres://me:secret@/db?host=/nowhere", /no such socket/],
    [url.replace(/\/test_\d+$/, "/nothing_here"), /There is no database "nothing_here"/],
    [`${url}?sslmode=require`, /offers no TLS/],
  ];
  for (const [target, message] of cases) {
    const error = await failure(client({ url: target }).query("select 1", []));
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/secret|:test@/);
  }
});

test("a wrong password is unauthorized", async () => {
  const error = await failure(client({ url: url.replace(":test@", ":wrong@") }).query("select 1", []));
  expect(error.code).toBe("unauthorized");
  expect(error.message).not.toContain("wrong");
});

test("sslmode=prefer takes a server without TLS", async () => {
  expect(await client({ url: `${url}?sslmode=prefer` }).query("select 1 as one", [])).toEqual([{ one: 1 }]);
});

test("a transaction commits what it returns and rolls back what it throws", async () => {
  await db.query("create table kept (id int)");
  expect(
    await db.transaction(async (tx) => tx.query("insert into kept values (1) returning id", [])),
  ).toEqual([{ id: 1 }]);
  const failed = db.transaction(async (tx) => {
    await tx.query("insert into kept values (2)", []);
    throw new Error("no");
  });
  expect(failed).rejects.toThrow("no");
  await failed.catch(() => {});
  expect(await db.query("select id from kept", [])).toEqual([{ id: 1 }]);
});

test("a failed statement that was caught does not pass for a commit", async () => {
  const outcome = db.transaction(async (tx) => {
    await tx.query("insert into kept values (3)", []);
    await tx.query("select 1 / 0", []).catch(() => {});
    return "done";
  });
  expect(sqlState(await outcome.catch((reason: unknown) => reason))).toBe("22012");
  expect(await db.query("select id from kept where id = 3", [])).toEqual([]);
});

test("a transaction takes its modes, one snapshot, and ends with its work", async () => {
  let late: Promise<unknown> | undefined;
  await db.transaction(
    async (tx) => {
      const [modes] = await tx.query<{ mode: string; level: string }>(
        "select current_setting('transaction_read_only') as mode, current_setting('transaction_isolation') as level",
        [],
      );
      expect(modes).toEqual({ mode: "on", level: "repeatable read" });
      late = Bun.sleep(20).then(() => tx.query("select 1", []));
      late.catch(() => {});
    },
    { readOnly: true, isolation: "repeatable read" },
  );
  expect((await failure(late ?? Promise.resolve())).code).toBe("internal");
});

test("a transaction's deadline counts even while it does something else", async () => {
  const begin = performance.now();
  const stuck = db.transaction(
    async (tx) => {
      await tx.query("select 1", []);
      await new Promise(() => {});
    },
    { deadlineMs: 200 },
  );
  expect((await failure(stuck)).code).toBe("timeout");
  expect(performance.now() - begin).toBeLessThan(600);
});

test("a transaction's longer deadline reaches the server", async () => {
  const short = client({ deadlineMs: 100 });
  const limit = () =>
    short.transaction((tx) => tx.query("select current_setting('statement_timeout') as ms", []), {
      deadlineMs: 60_000,
    });
  expect(await limit()).toEqual([{ ms: "62s" }]);
  expect(await short.query("select current_setting('statement_timeout') as ms", [])).toEqual([
    { ms: "2100ms" },
  ]);
});

test("statements that are not waited for one by one travel together", async () => {
  const rows = await db.transaction((tx) =>
    Promise.all([1, 2, 3].map((n) => tx.query<{ n: number }>("select $1::int as n", [n]))),
  );
  expect(rows.flat()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test("a reserved session is its own, and says when it is lost", async () => {
  const holder = client({ applicationName: "holder" });
  let lostSeen = false;
  const held = holder.reserve(async (session, lost) => {
    lost.addEventListener("abort", () => {
      lostSeen = true;
    });
    const [row] = await session.query<{ pid: number; locked: boolean }>(
      "select pg_backend_pid() as pid, pg_try_advisory_lock(7) as locked",
      [],
    );
    expect(row?.locked).toBe(true);
    await db.query("select pg_terminate_backend($1)", [row?.pid]);
    await new Promise(() => {});
  });
  expect((await failure(held)).code).toBe("unavailable");
  expect(lostSeen).toBe(true);
  await holder.reserve(async (session) => {
    expect(await session.query("select pg_try_advisory_lock(7) as locked", [])).toEqual([{ locked: true }]);
  });
  await Bun.sleep(50);
  expect(await backends("holder")).toEqual([]);
});

test("listening hears its channel only, and stops when told", async () => {
  const ear = client({ applicationName: "ear" });
  const heard: string[] = [];
  let resumed = 0;
  const stop = await ear.listen(
    'odd "name"',
    (payload) => heard.push(payload),
    () => {
      resumed += 1;
    },
  );
  expect(resumed).toBe(1);
  await db.query("select pg_notify($1, 'yes'), pg_notify('other', 'no')", ['odd "name"']);
  await Bun.sleep(50);
  expect(heard).toEqual(["yes"]);
  await stop();
  await Bun.sleep(50);
  expect(await backends("ear")).toEqual([]);
});

test("unused connections are closed after idleMs, and settings reach the session", async () => {
  const idle = client({
    applicationName: "idle",
    idleMs: 100,
    settings: { default_transaction_read_only: "on" },
  });
  expect(await idle.query("show default_transaction_read_only")).toEqual([
    { default_transaction_read_only: "on" },
  ]);
  expect(await backends("idle")).toHaveLength(1);
  await Bun.sleep(250);
  expect(await backends("idle")).toEqual([]);
});

test("closing lets begun queries end, and refuses later ones", async () => {
  const closing = client();
  const begun = closing.query("select 1 as one, pg_sleep(0.1)::text as slept", []);
  await Bun.sleep(20);
  await closing.close();
  expect(await begun).toEqual([{ one: 1, slept: "" }]);
  expect((await failure(closing.query("select 1", []))).code).toBe("unavailable");
  expect((await failure(closing.reserve(async () => {}))).code).toBe("unavailable");
});

test("closing waits no longer than it is told", async () => {
  const closing = client({ deadlineMs: 10_000 });
  const begun = failure(closing.query("select pg_sleep(5)", []));
  await Bun.sleep(20);
  const begin = performance.now();
  await closing.close(100);
  expect(performance.now() - begin).toBeLessThan(400);
  expect((await begun).code).toBe("unavailable");
});
