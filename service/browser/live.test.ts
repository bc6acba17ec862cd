import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { startService } from "../testing/service.ts";
import { countRuns, openBrowser, openPage, sampleDatabase, untilLive } from "./browser.ts";

setDefaultTimeout(30_000);

const service = await startService();
const browser = await openBrowser();
const sample = await sampleDatabase(service);
afterAll(async () => {
  await sample.close();
  await browser.close();
  await service.stop();
});
const shop = `${service.url}/databases/shop`;

test("a trigger is followed in place to its report, and twice pressed is one run", async () => {
  const { page, problems, close } = await openPage(browser, shop);
  await untilLive(page);
  const before = await countRuns(service);
  await page.getByRole("button", { name: "Trigger" }).dblclick();
  const panel = page.locator("#run-panel");
  await panel.getByText("Succeeded", { exact: true }).waitFor();
  expect(await panel.locator(".step").allTextContents()).toHaveLength(6);
  expect(await panel.locator(".report").textContent()).toContain("Nothing changed since the last look");
  expect(await countRuns(service)).toBe(before + 1);
  expect(page.url()).toContain("?run=");
  // A later press is another run, with a key of its own.
  await page.waitForTimeout(1000);
  await page.getByRole("button", { name: "Trigger" }).click();
  await page.waitForFunction(
    (runs) => document.querySelector("#run-panel h2")?.textContent === `Run ${runs}`,
    before + 2,
  );
  await panel.getByText("Succeeded", { exact: true }).waitFor();
  expect(await page.locator("#announce").textContent()).toContain(`Run ${before + 2} succeeded`);
  expect(problems()).toEqual([]);
  await close();
});

test("a refusal is told, and the next try is the same press", async () => {
  const { page, close } = await openPage(browser, shop);
  await untilLive(page);
  const key = page.locator("#trigger [name=key]");
  const before = await key.inputValue();
  const refusal = await (await fetch(`${service.url}/databases/nobody`)).text();
  await page.route("**/trigger", (route) =>
    route.fulfill({ status: 409, contentType: "text/html", body: refusal }),
  );
  await page.getByRole("button", { name: "Trigger" }).click();
  await page.getByRole("alert").getByText('There is no database "nobody".').waitFor();
  await page.unroute("**/trigger");
  await page.route("**/trigger", (route) => route.abort());
  await page.waitForFunction(() => document.querySelector("[data-trigger][aria-disabled]") === null);
  await page.getByRole("button", { name: "Trigger" }).click();
  await page.getByRole("alert").getByText("cannot be reached").waitFor();
  await page.waitForFunction(() => document.querySelector("[data-trigger][aria-disabled]") === null);
  expect(await key.inputValue()).toBe(before);
  await close();
});

test("DDL by another client shows on every open page without a reload", async () => {
  const [home, database, changes] = await Promise.all([
    openPage(browser, service.url),
    openPage(browser, shop),
    openPage(browser, `${service.url}/changes`),
  ]);
  for (const { page } of [home, database, changes]) {
    await untilLive(page);
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  }
  await sample.query("alter table public.orders add column gift_note text");
  for (const { page } of [home, database, changes]) {
    await page.locator(".feed").getByText("gift_note").first().waitFor();
    expect(await page.evaluate(() => "notReloaded" in window)).toBe(true);
  }
  await database.page.locator("#run-panel").getByText("Succeeded", { exact: true }).waitFor();
  await database.page.locator("#timeline").scrollIntoViewIfNeeded();
  for (const { problems, close } of [home, database, changes]) {
    expect(problems()).toEqual([]);
    await close();
  }
});

test("what a reader opened, focused and scrolled to stays while the page changes", async () => {
  const { page, close } = await openPage(browser, `${shop}?run=1`, { viewport: { width: 900, height: 500 } });
  await untilLive(page);
  await page.locator(".report-fold > summary").click();
  const copy = page.getByRole("button", { name: "Copy the psql line" });
  await copy.focus();
  const top = await page.evaluate(() => scrollY);
  const before = await page.locator(".feed li").count();
  await sample.query("alter table public.orders drop column gift_note");
  await page.waitForFunction((count) => document.querySelectorAll(".feed li").length > count, before);
  expect(await copy.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(await page.locator(".report-fold").getAttribute("open")).toBeNull();
  expect(Math.abs((await page.evaluate(() => scrollY)) - top)).toBeLessThan(400);
  await close();
});

test("the sample's button changes the sample, and says what it did", async () => {
  const { page, problems, close } = await openPage(browser, shop);
  await untilLive(page);
  const before = await page.locator(".feed li").count();
  await page.getByRole("button", { name: "Apply a sample change" }).click();
  await page.locator("#sample-note code").waitFor();
  await page.waitForFunction((count) => document.querySelectorAll(".feed li").length > count, before);
  await page.locator(".feed .what").first().click();
  await page.locator(".object .judged").first().waitFor();
  expect(problems()).toEqual([]);
  await close();
});

test("without a script the forms still work", async () => {
  const { page, close } = await openPage(browser, shop, { javaScriptEnabled: false });
  const before = await countRuns(service);
  await page.getByRole("button", { name: "Trigger" }).click();
  await page.waitForURL(/\?run=/);
  expect(await page.locator("#run-panel h2").textContent()).toBe(`Run ${before + 1}`);
  await close();
});
