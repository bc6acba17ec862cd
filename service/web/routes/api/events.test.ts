import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { seedDatabase, seedEvents, seedRun } from "../../../store/read/testing.ts";
import { until } from "../../../testing/until.ts";
import { type TestWeb, testWeb } from "../../testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

interface Received {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: { seq?: number; message?: string; state?: string };
}

let web: TestWeb;
let database: number;
beforeAll(async () => {
  web = await testWeb();
  database = await seedDatabase(web.store.db, "shop");
});
afterAll(() => web.stop());

/** Follows a run as a browser would; `received` grows until the stream ends or `stop`. */
async function follow(run: number, init: RequestInit & { query?: string; from?: TestWeb } = {}) {
  const abort = new AbortController();
  const { query = "", from = web, ...rest } = init;
  const response = await from.fetch(`/api/v1/runs/${run}/events${query}`, { ...rest, signal: abort.signal });
  const follower = {
    status: response.status,
    received: [] as Received[],
    ended: false,
    stop: () => abort.abort(),
  };
  void read(response, follower);
  return follower;
}

async function read(response: Response, follower: { received: Received[]; ended: boolean }): Promise<void> {
  let text = "";
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) if (!event.startsWith(":")) follower.received.push(parse(event));
    }
  } catch {
    // Stopped by the test, or by the server's end.
  }
  follower.ended = true;
}

function parse(event: string): Received {
  const fields = new Map(event.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  return { id: fields.get("id"), event: fields.get("event"), data: JSON.parse(fields.get("data") ?? "{}") };
}

const comes = (holds: () => boolean) => until(String(holds), 3000, holds);

const numbers = (received: readonly Received[]) => received.flatMap(({ data }) => data.seq ?? []);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test("a run is followed from its first event to its end", async () => {
  const run = await seedRun(web.store.db, database, "running");
  await seedEvents(web.store.db, run, ["one", "two\nlines"]);
  const follower = await follow(run);
  await comes(() => follower.received.length === 2);
  expect(follower.received[1]).toMatchObject({
    id: "2",
    event: "log",
    data: { seq: 2, message: "two\nlines" },
  });
  await seedEvents(web.store.db, run, ["three"]);
  await comes(() => follower.received.length === 3);
  await seedEvents(web.store.db, run, ["four"], "succeeded");
  await comes(() => follower.ended);
  expect(numbers(follower.received)).toEqual([1, 2, 3, 4]);
  expect(follower.received.at(-1)).toEqual({ id: undefined, event: "end", data: { state: "succeeded" } });
  await comes(() => web.context.hub.size === 0);
  expect(web.context.streams.size).toBe(0);
});

test("a reader that comes again goes on where it was, by its header or by ?after=", async () => {
  const run = await seedRun(web.store.db, database, "running");
  await seedEvents(web.store.db, run, ["a", "b", "c", "d"], "failed");
  const byHeader = await follow(run, { headers: { "last-event-id": "2" } });
  const byQuery = await follow(run, { query: "?after=3" });
  const both = await follow(run, { query: "?after=1", headers: { "last-event-id": "4" } });
  const beyond = await follow(run, { query: "?after=99" });
  await comes(() => [byHeader, byQuery, both, beyond].every((follower) => follower.ended));
  expect(numbers(byHeader.received)).toEqual([3, 4]);
  expect(numbers(byQuery.received)).toEqual([4]);
  expect(numbers(both.received)).toEqual([]);
  for (const follower of [byHeader, byQuery, both, beyond]) {
    expect(follower.received.at(-1)).toMatchObject({ event: "end", data: { state: "failed" } });
  }
});

test("thousands of events reach a reader that comes late, whole and in order", async () => {
  const run = await seedRun(web.store.db, database, "running");
  await seedEvents(
    web.store.db,
    run,
    Array.from({ length: 3000 }, (_, i) => `${i} ${"x".repeat(500)}`),
    "succeeded",
  );
  const follower = await follow(run);
  await comes(() => follower.ended);
  expect(numbers(follower.received)).toEqual(upTo(3000));
});

test("no line is lost or doubled while the server stops and another one takes over", async () => {
  const run = await seedRun(web.store.db, database, "running");
  let writing = true;
  const writer = (async () => {
    for (let i = 1; i <= 120; i++) {
      await seedEvents(web.store.db, run, [`line ${i}`], i === 120 ? "succeeded" : undefined);
      await Bun.sleep(3);
    }
    writing = false;
  })();
  const received: Received[] = [];
  let servers = 0;
  for (let ended = false; !ended; ) {
    const server = await testWeb({ store: web.store });
    servers++;
    const last = numbers(received).at(-1);
    const follower = await follow(run, {
      from: server,
      ...(last ? { headers: { "last-event-id": String(last) } } : {}),
    });
    // Each server but the last lives for a part of the run only.
    if (writing) await Bun.sleep(100);
    else await comes(() => follower.ended);
    await server.stop();
    await comes(() => follower.ended);
    received.push(...follower.received);
    ended = follower.received.at(-1)?.event === "end";
  }
  await writer;
  expect(servers).toBeGreaterThan(2);
  expect(numbers(received)).toEqual(upTo(120));
});

test("a lost connection to the store costs no line", async () => {
  const run = await seedRun(web.store.db, database, "running");
  const follower = await follow(run);
  await seedEvents(web.store.db, run, ["before"]);
  await comes(() => follower.received.length === 1);
  await web.store.db
    .query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    )
    .catch(() => {});
  for (let done = false; !done; )
    done = await seedEvents(web.store.db, run, ["after"], "succeeded").then(
      () => true,
      () => false,
    );
  await comes(() => follower.received.some(({ event }) => event === "end") || follower.ended);
  // A reading that fell into the loss ends the stream; the reader comes again.
  const rest = await follow(run, { query: `?after=${numbers(follower.received).at(-1)}` });
  await comes(() => rest.ended);
  expect([...numbers(follower.received), ...numbers(rest.received)]).toEqual([1, 2]);
});
