import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Database } from "../postgres/types.ts";
import type { ChangeDetail } from "../store/models.ts";
import { installTap } from "../tap/tap.ts";
import { Api } from "../testing/api.ts";
import { endServices, startService, type TestService } from "../testing/service.ts";
import { openBrowser, openPage, sampleDatabase } from "./browser.ts";
import { processed } from "./processed.ts";

setDefaultTimeout(60_000);

let service: TestService;
let browser: Browser;
let shop: Database;
let received: { change: ChangeDetail & { authors: string[] } }[];
let receiver: ReturnType<typeof Bun.serve>;

beforeAll(async () => {
  received = [];
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      received.push((await request.json()) as (typeof received)[number]);
      return new Response();
    },
  });
  [service, browser] = await Promise.all([
    startService({
      env: { WEBHOOK_URL: `http://127.0.0.1:${receiver.port}/`, WEBHOOK_SECRET: "0123456789abcdef0123" },
    }),
    openBrowser(),
  ]);
  shop = await sampleDatabase(service);
});
afterAll(async () => {
  await shop.close();
  await browser.close();
  await endServices();
  await receiver.stop(true);
});

/** The newest change whose summary names this, with its run at its end. */
const named = (part: string) =>
  processed(new Api(service.url), part, 15_000, ({ summary }) => summary.includes(part));

test("without a tap the page, the report and the webhook say plainly that the author is unknown", async () => {
  await shop.query("create table public.untapped ()");
  const { change, run } = await named("public.untapped");
  const { page, problems, close } = await openPage(browser, `${service.url}/changes/${change.id}`);
  expect(await page.locator(".who").textContent()).toContain("Unknown: ");
  expect(await page.locator(".who").textContent()).toContain("has no tap");
  expect(problems()).toEqual([]);
  await close();
  expect(run.report?.markdown).toContain("Unknown: the database has no tap.");
  expect(received.at(-1)?.change).toMatchObject({ attribution: "none", authors: [], statements: [] });
});

test("with a tap they say who, with what and from where, escaped", async () => {
  await installTap(shop, []);
  await shop.query(
    `set application_name = '<b>psql</b>'; create table public."<i>tapped</i>" (note text default '<script>alert(1)</script>')`,
  );
  const { change, run } = await named("tapped</i>");
  expect(change.authors).toEqual(["schemawatch"]);
  const { page, problems, close } = await openPage(browser, `${service.url}/changes/${change.id}`);
  const who = await page.locator(".who").textContent();
  for (const part of ["schemawatch", "<b>psql</b>", "<script>alert(1)</script>", "transaction"])
    expect(who).toContain(part);
  expect(await page.locator(".object").first().textContent()).toContain("by schemawatch in statement 1");
  expect(await page.locator("#statement-1").isVisible()).toBe(true);
  await page.goto(`${service.url}/changes`);
  expect(await page.locator(`#change-${change.id}`).textContent()).toContain("by schemawatch");
  await page.goto(`${service.url}/databases/${change.database}`);
  expect(await page.locator(".facts").textContent()).toContain("installed, says who, wakes at once");
  expect(problems()).toEqual([]);
  await close();
  expect(run.report?.markdown).toContain("## Who made it");
  expect(run.report?.html).toContain("&lt;b&gt;psql&lt;/b&gt;");
  expect(received.at(-1)?.change).toMatchObject({
    authors: ["schemawatch"],
    statements: [{ login: "schemawatch" }],
  });
});

test("what came and went has a badge and a run of its own", async () => {
  await shop.query("begin; create table public.flash (id int primary key); drop table public.flash; commit");
  const { change, run } = await named("public.flash came and went");
  const { page, problems, close } = await openPage(browser, `${service.url}/changes/${change.id}`);
  const text = await page.locator("main").textContent();
  for (const part of ["Transient", "public.flash", "came and went", "drop table public.flash"])
    expect(text).toContain(part);
  await page.goto(`${service.url}/changes`);
  expect(await page.locator(`#change-${change.id}`).textContent()).toContain("Transient");
  expect(problems()).toEqual([]);
  await close();
  expect(run.report?.markdown).toContain("Between two looks 1 object came and went");
  expect(received.at(-1)?.change).toMatchObject({ transients: [{ identity: "public.flash" }] });
});
