import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Elysia } from "elysia";
import { systemClock } from "../clock.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { listen } from "./listen.ts";
import { startWeb } from "./start.ts";
import { roleContext } from "./testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let store: TestDatabase;
beforeAll(async () => {
  store = await testDatabase({ template: "store" });
});
afterAll(() => store.drop());

test("the role serves pages and API, and stops in order with streams open", async () => {
  const context = await roleContext(store, {});
  const role = await startWeb(context, [
    { name: "worker", unready: () => ["still starting"], stop: async () => {} },
  ]);
  await store.db.query(
    "insert into schemawatch.database (name, interval_ms, exact_every_ms) values ('shop', 1, 1)",
  );
  expect((await fetch(role.url)).headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await (await fetch(`${role.url}readyz`)).json()).toEqual({
    status: "not ready",
    unready: ["worker: still starting"],
  });
  const run = await fetch(`${role.url}api/v1/databases/shop/runs`, { method: "POST" });
  const { id } = (await run.json()) as { id: number };
  const stream = await fetch(`${role.url}api/v1/runs/${id}/events`);
  const start = systemClock.monotonic();
  const stopping = role.stop(3000);
  expect(role.unready()).toEqual(["it is stopping"]);
  expect(await stream.text()).toStartWith(": schemawatch");
  await stopping;
  expect(systemClock.monotonic() - start).toBeLessThan(1500);
  await expect(fetch(role.url)).rejects.toThrow();
  await context.events.close();
});

test("an answer that does not end is cut off at the deadline", async () => {
  const app = new Elysia().get("/", () => new Promise(() => {}));
  const { url, stop } = listen(app, "127.0.0.1", 0);
  const hanging = fetch(url).then(
    () => "answered",
    () => "cut off",
  );
  await Bun.sleep(50);
  await stop(100);
  expect(await hanging).toBe("cut off");
});

test("what keeps it from listening is said with the mend", async () => {
  const taken = listen(new Elysia(), "127.0.0.1", 0);
  expect(() => listen(new Elysia(), "127.0.0.1", taken.port)).toThrow(
    `Port ${taken.port} on 127.0.0.1 is in use.`,
  );
  await taken.stop(100);
  expect(() => listen(new Elysia(), "192.0.2.1", 0)).toThrow("cannot listen on 192.0.2.1");
});

test("an address that others can reach needs AUTH_FILE, and a right one", async () => {
  const open = await roleContext(store, { config: { host: "0.0.0.0" } });
  await expect(startWeb(open)).rejects.toMatchObject({
    code: "invalid",
    mend: expect.stringContaining("AUTH_FILE"),
  });
  await open.events.close();
  const faulty = await roleContext(store, { config: { authFile: "/nowhere/tokens.yaml" } });
  await expect(startWeb(faulty)).rejects.toThrow("/nowhere/tokens.yaml cannot be read");
  await faulty.events.close();
});
