import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Database } from "../postgres/types.ts";
import type { ChangeDetail, ChangeSummary, RunDetail } from "../store/models.ts";
import { Api } from "../testing/api.ts";
import { endServices, startService, type TestService } from "../testing/service.ts";
import { openBrowser, openPage, sampleDatabase } from "./browser.ts";
import { pagesWith, processed } from "./processed.ts";

setDefaultTimeout(180_000);

const OBJECTS = 10_000;
/** What a page may hold. How soon it is painted follows from that; `bun run bench page` measures it. */
const MOST = { elements: 5000, bytes: 1_000_000 };

let service: TestService;
let api: Api;
let browser: Browser;
let shop: Database;
let change: ChangeSummary;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
  api = new Api(service.url);
  shop = await sampleDatabase(service);
  // Functions, as they take the least of a test's time.
  await shop.query(
    `do $$ begin for i in 1 .. ${OBJECTS} loop
       execute format('create function public.f_%s(a int, b text) returns int language sql as %L', i, 'select ' || i);
     end loop; end $$`,
  );
  ({ change } = await processed(api, "the processed change", 150_000, ({ safe }) => safe >= OBJECTS));
}, 180_000);
afterAll(async () => {
  await shop.close();
  await browser.close();
  await endServices();
});

test("every page that shows a change of 10,000 objects stays small", async () => {
  for (const path of pagesWith(change)) {
    const { page, problems, close } = await openPage(browser, `${service.url}${path}`);
    const held = await page.evaluate(() => ({
      elements: document.querySelectorAll("*").length,
      bytes: document.documentElement.outerHTML.length,
    }));
    expect({ path, small: held.elements < MOST.elements && held.bytes < MOST.bytes, held }).toMatchObject({
      path,
      small: true,
    });
    expect(problems()).toEqual([]);
    await close();
  }
});

test("all of it can be paged through, in the API and on the page", async () => {
  const seen = new Set<string>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: ChangeDetail = await api.ask<ChangeDetail>("GET", `/changes/${change.id}?limit=200${more}`);
    for (const { identity } of page.changes) seen.add(identity);
    cursor = page.nextCursor;
  }
  expect(seen.size).toBeGreaterThanOrEqual(OBJECTS);
  const { page, close } = await openPage(browser, `${service.url}/changes/${change.id}`);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByText("51 to 100 of").waitFor();
  await page.getByRole("link", { name: "First page" }).click();
  await page.getByText("1 to 50 of").waitFor();
  await close();
});

test("the report is bounded, and leads to the whole", async () => {
  const run = await api.ask<RunDetail>("GET", `/runs/${change.runId}`);
  expect(run.report?.markdown.length).toBeLessThan(200_000);
  expect(run.report?.markdown).toContain(`/changes/${change.id}`);
});

test("the objects of the snapshot are listed by the page, and found by name", async () => {
  const { page, problems, close } = await openPage(
    browser,
    `${service.url}/databases/${change.database}/objects`,
  );
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("searchbox").fill("f_9999");
  await page.keyboard.press("Enter");
  await page.getByText("public.f_9999(integer, text)").first().waitFor();
  expect(await page.locator(".feed > li").count()).toBe(1);
  expect(problems()).toEqual([]);
  await close();
});
