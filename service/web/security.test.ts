import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { seedDatabase } from "../store/read/testing.ts";
import { SECURITY_HEADERS } from "./security.ts";
import { type TestWeb, testWeb } from "./testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let web: TestWeb;
let host: string;
beforeAll(async () => {
  web = await testWeb();
  host = new URL(web.url).host;
  await seedDatabase(web.store.db, "shop");
});
afterAll(() => web.stop());

const post = (headers: Record<string, string>) =>
  web.fetch("/api/v1/databases/shop/runs", { method: "POST", headers });

test("every answer carries the security headers", async () => {
  for (const [path, init] of [
    ["/", {}],
    ["/nothing", {}],
    ["/api/v1/databases", {}],
    ["/api/v1/nothing", {}],
    ["/api/v1/runs/x", {}],
    ["/healthz", {}],
    ["/metrics", {}],
    ["/login", {}],
    ["/", { method: "POST", headers: { origin: "https://evil.example" } }],
  ] as const) {
    const { headers } = await web.fetch(path, init);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      expect([path, name, headers.get(name)]).toEqual([path, name, value]);
    }
  }
});

test("an unsafe request from another site is refused", async () => {
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "cross-site", origin: web.url },
    { "sec-fetch-site": "cross-site", authorization: "Bearer x" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `http://${host}.evil.example` },
    { cookie: "schemawatch_session=x" },
  ]) {
    const response = await post(headers);
    expect([headers, response.status]).toEqual([headers, 403]);
    expect(await response.json()).toMatchObject({
      error: { message: "The request comes from another site." },
    });
  }
});

test("our own page and programs may make one", async () => {
  for (const headers of [
    { "sec-fetch-site": "same-origin" },
    { origin: web.url, cookie: "schemawatch_session=x" },
    { authorization: "Bearer x" },
    {},
  ]) {
    expect([headers, (await post(headers)).status]).toEqual([headers, 202]);
  }
});

test("a name of somebody else's does not reach an open service", async () => {
  for (const name of [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
  ]) {
    const response = await web.fetch("/api/v1/databases", { headers: { host: name } });
    expect([name, response.status]).toEqual([name, 403]);
  }
  for (const name of ["localhost", "LOCALHOST:80", "127.0.0.1:1234", "[::1]:8080", "shop.localhost"]) {
    const response = await web.fetch("/api/v1/databases", { headers: { host: name } });
    expect([name, response.status]).toEqual([name, 200]);
  }
});

test("an address that cannot name anything is refused, wherever it leads", async () => {
  for (const path of ["/api/v1/runs?database=%00", "/api/v1/databases/a%00", "/?x=%00"]) {
    expect([path, (await web.fetch(path)).status]).toEqual([path, 400]);
  }
});

test("what goes wrong on a page is told as a page", async () => {
  const response = await web.fetch("/nothing");
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await response.text()).toContain("There is nothing at /nothing.");
});
