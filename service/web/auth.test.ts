import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addToken, removeToken } from "../config/tokens.ts";
import { seedDatabase } from "../store/read/testing.ts";
import { type TestWeb, testWeb } from "./testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let folder: string;
let authFile: string;
let web: TestWeb;
let operator: string;
let viewer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "schemawatch-auth-"));
  authFile = join(folder, "tokens.yaml");
  operator = await addToken(authFile, "ann", "operator");
  viewer = await addToken(authFile, "bob", "viewer");
  web = await testWeb({ config: { authFile } });
  await seedDatabase(web.store.db, "shop");
});
afterAll(async () => {
  await web.stop();
  await rm(folder, { recursive: true, force: true });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const runs = "/api/v1/databases/shop/runs";

/** Posts a form as a browser does from our own page. */
function submit(
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  from = web,
) {
  return from.fetch(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "sec-fetch-site": "same-origin", ...headers },
  });
}

/** The Cookie header of a new session. */
async function logIn(token: string, from = web): Promise<string> {
  const response = await submit("/login", { token, next: "/" }, {}, from);
  expect(response.status).toBe(303);
  return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

/** What the server answers to a request line and a host that no client would send. */
function rawGet(port: number, path: string, host: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
  });
}

test("a stranger sees the login page, the probes and nothing else", async () => {
  for (const path of ["/healthz", "/readyz", "/metrics", "/login"]) {
    expect([path, (await web.fetch(path)).status]).toEqual([path, 200]);
  }
  for (const path of [
    "/api/v1/databases",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/api/v1/runs/1/events",
  ]) {
    const response = await web.fetch(path);
    expect([path, response.status]).toEqual([path, 401]);
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
    expect(await response.json()).toMatchObject({ error: { code: "unauthorized" } });
  }
  for (const path of ["/", "/nothing", "/healthz/", "/assets", "/assets/../runs"]) {
    const response = await web.fetch(path);
    expect([path, response.status]).toEqual([path, 303]);
    expect(response.headers.get("location")).toStartWith("/login?next=");
  }
  expect((await web.fetch("/runs/1?x=1")).headers.get("location")).toBe("/login?next=%2Fruns%2F1%3Fx%3D1");
  const partial = await web.fetch("/part", {
    headers: { "hx-request": "true", "hx-current-url": `${web.url}/runs/1` },
  });
  expect(partial.headers.get("hx-redirect")).toBe("/login?next=%2Fruns%2F1");
  const odd = await web.fetch("/part", { headers: { "hx-request": "true", "hx-current-url": "http://[" } });
  expect([odd.status, odd.headers.get("hx-redirect")]).toEqual([401, "/login?next=%2F"]);
  expect((await web.fetch(runs, { method: "POST" })).status).toBe(401);
  expect((await submit("/runs/1/cancel", {})).headers.get("location")).toBe("/login?next=%2F");
});

test("no spelling of a path or a host leads past the login", async () => {
  for (const [host, path] of [
    ["h", "/assets/api/v1/databases"],
    ["h", "/loginxx/api/v1/databases"],
    ["h:1", "/healthz/api/v1/databases"],
    ["localhost", "/assets/../api/v1/databases"],
    ["localhost", "/assets/%2e%2e/api/v1/databases"],
    ["localhost", "/assets/..%2fapi/v1/databases"],
    ["localhost", "//api/v1/databases"],
    ["localhost", "/API/v1/databases"],
    ["localhost", "http://x/api/v1/databases"],
  ] as const) {
    const answer = await rawGet(Number(new URL(web.url).port), path, host);
    expect([host, path, answer.includes('"items"')]).toEqual([host, path, false]);
    expect(answer).toMatch(/^HTTP\/1\.1 (303|401|404|400) /);
  }
  expect(await rawGet(Number(new URL(web.url).port), "/healthz", "h")).toContain("alive");
});

test("a bearer token opens the API as far as its role goes", async () => {
  expect((await web.fetch("/api/v1/databases", { headers: bearer(viewer) })).status).toBe(200);
  const refused = await web.fetch(runs, { method: "POST", headers: bearer(viewer) });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    error: { message: "bob may look, but not change anything." },
  });
  for (const path of [
    "/api/v1/runs/1/cancel",
    "/api/v1/runs/1/rerun",
    "/api/v1/databases/shop/sample-change",
  ]) {
    expect((await web.fetch(path, { method: "POST", headers: bearer(viewer) })).status).toBe(403);
  }
  const run = await web.fetch(runs, { method: "POST", headers: bearer(operator) });
  expect(run.status).toBe(202);
  const { id } = (await run.json()) as { id: number };
  const read = await web.fetch(`/api/v1/runs/${id}`, { headers: bearer(operator) });
  expect(await read.json()).toMatchObject({ requestedBy: "ann" });
  for (const wrong of ["Bearer sw_wrong", "Bearer", `Basic ${operator}`, operator]) {
    expect((await web.fetch("/api/v1/databases", { headers: { authorization: wrong } })).status).toBe(401);
  }
});

test("the login gives a session cookie that any replica knows, and the logout ends it everywhere", async () => {
  const other = await testWeb({ config: { authFile }, store: web.store });
  const cookie = await logIn(operator);
  for (const replica of [web, other]) {
    expect((await replica.fetch("/", { headers: { cookie } })).status).toBe(200);
    expect((await submit(runs, {}, { cookie }, replica)).status).toBe(202);
  }
  const [row] = await web.store.db.query<{ hash: string }>(
    "select hash from schemawatch.session order by created_at desc",
  );
  expect(cookie).not.toContain(row?.hash ?? "none");
  const out = await submit("/logout", {}, { cookie }, other);
  expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
  for (const replica of [web, other])
    expect((await replica.fetch("/", { headers: { cookie } })).status).toBe(303);
  await other.stop();
});

test("the cookie cannot be read by scripts, is sent to us only, and over https only where there is https", async () => {
  const plain = await submit("/login", { token: viewer });
  expect(plain.headers.get("set-cookie")).toMatch(
    /^schemawatch_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/,
  );
  const secure = await submit("/login", { token: viewer }, { "x-forwarded-proto": "https" });
  expect(secure.headers.get("set-cookie")).toEndWith("; Secure");
});

test("a viewer may log in and out, but not act", async () => {
  const cookie = await logIn(viewer);
  expect((await web.fetch("/", { headers: { cookie } })).status).toBe(200);
  expect((await submit(runs, {}, { cookie })).status).toBe(403);
  expect((await submit("/logout", {}, { cookie })).status).toBe(303);
});

test("a session ends with its time, and with its token", async () => {
  const late = await logIn(operator);
  await web.store.db.query("update schemawatch.session set expires_at = now() - interval '1 second'");
  expect((await web.fetch("/", { headers: { cookie: late } })).status).toBe(303);
  const eve = await addToken(authFile, "eve", "operator");
  await Bun.sleep(1050);
  const cookie = await logIn(eve);
  expect((await web.fetch("/", { headers: { cookie } })).status).toBe(200);
  await removeToken(authFile, "eve");
  await Bun.sleep(1050);
  expect((await web.fetch("/", { headers: { cookie } })).status).toBe(303);
  expect((await web.fetch("/api/v1/databases", { headers: bearer(eve) })).status).toBe(401);
});

test("after the login the browser goes back to where it was, never to another site", async () => {
  for (const [next, to] of [
    ["/runs/1?x=1", "/runs/1?x=1"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["/x\r\nset-cookie: a=b", "/"],
    ["/login?next=/", "/"],
  ] as const) {
    expect((await submit("/login", { token: viewer, next })).headers.get("location")).toBe(to);
  }
  expect(await (await web.fetch("/login?next=//evil.example")).text()).toContain('value="/"');
});

test("wrong logins are refused, and too many from an address are not even tried", async () => {
  const other = await testWeb({ config: { authFile }, store: web.store });
  const wrong = await submit("/login", { token: "sw_guess" }, {}, other);
  expect(wrong.status).toBe(401);
  expect(await wrong.text()).toContain("Nobody has this token.");
  expect((await submit("/login", { token: viewer, extra: "1" }, {}, other)).status).toBe(400);
  for (let i = 0; i < 9; i++) await submit("/login", { token: "sw_guess" }, {}, other);
  const tooMany = await submit("/login", { token: viewer }, {}, other);
  expect(tooMany.status).toBe(429);
  expect(Number(tooMany.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(tooMany.headers.get("set-cookie")).toBeNull();
  await other.stop();
});

test("where nobody needs to log in, everyone is an operator", async () => {
  const open = await testWeb({ store: web.store });
  expect((await open.fetch(runs, { method: "POST" })).status).toBe(202);
  expect((await open.fetch("/login")).headers.get("location")).toBe("/");
  expect((await submit("/login", { token: "x", next: "/runs" }, {}, open)).headers.get("location")).toBe(
    "/runs",
  );
  await open.stop();
});
