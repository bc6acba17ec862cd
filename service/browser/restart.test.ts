import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../embedded/port.ts";
import { startService } from "../testing/service.ts";
import { openBrowser, openPage, untilLive } from "./browser.ts";

setDefaultTimeout(60_000);

const dataDir = await mkdtemp(join(tmpdir(), "schemawatch-test-"));
const port = freePort();
/** Holds a run in its last step until it is let go. */
let held = Promise.withResolvers<void>();
const hook = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  fetch: async () => {
    await held.promise;
    return new Response("ok");
  },
});
const options = {
  dataDir,
  port,
  env: { WEBHOOK_URL: hook.url.href, WEBHOOK_SECRET: "only for this test" },
};
let service = await startService(options);
const browser = await openBrowser();
afterAll(async () => {
  held.resolve();
  await browser.close();
  await service.stop();
  await hook.stop(true);
  await rm(dataDir, { recursive: true, force: true });
});

/** The numbers of a run's log lines by the API, which ends its stream when the run has ended. The page shows step events as steps. */
async function loggedLines(run: string): Promise<string[]> {
  const text = await (await fetch(`${service.url}/api/v1/runs/${run}/events`)).text();
  return text.split("\n\n").flatMap((event) => {
    const id = /^id: (\d+)$/m.exec(event)?.[1];
    return id !== undefined && /^event: (log|run)$/m.test(event) ? [id] : [];
  });
}

test("a running run is cancelled and run again from its page", async () => {
  const { page, problems, close } = await openPage(browser, `${service.url}/databases/shop`);
  await untilLive(page);
  await page.getByRole("button", { name: "Trigger" }).click();
  const panel = page.locator("#run-panel");
  await panel.locator(".step.s-running", { hasText: "notify" }).waitFor();
  await panel.getByRole("button", { name: "Cancel" }).click();
  await panel.getByText("Cancelled", { exact: true }).waitFor();
  held.resolve();
  await panel.getByRole("link", { name: /^Run / }).click();
  const ended = page.url();
  await page.getByRole("button", { name: "Run again" }).dblclick();
  await page.waitForURL((url) => url.href !== ended);
  await page.locator(".title").getByText("Succeeded", { exact: true }).waitFor();
  const runs = (await (await fetch(`${service.url}/api/v1/runs`)).json()) as { items: unknown[] };
  expect(runs.items).toHaveLength(2);
  expect(problems()).toEqual([]);
  held = Promise.withResolvers<void>();
  await close();
});

test("a run that outlives its server is followed to its end, and no line is lost or doubled", async () => {
  const { page, close } = await openPage(browser, `${service.url}/databases/shop`);
  await untilLive(page);
  await page.getByRole("button", { name: "Trigger" }).click();
  const panel = page.locator("#run-panel");
  await panel.locator(".step.s-running", { hasText: "notify" }).waitFor();
  const run = new URL(page.url()).searchParams.get("run") ?? "";
  const linesBefore = await page.locator("#log li").count();

  await service.kill();
  await page.locator('#conn[data-state="lost"]').waitFor();
  expect(await page.locator("#log li").count()).toBe(linesBefore);
  held.resolve();
  service = await startService(options);
  await untilLive(page);
  await panel.getByText("Succeeded", { exact: true }).waitFor({ timeout: 20_000 });

  const shown = await page
    .locator("#log li")
    .evaluateAll((lines) => lines.map((line) => line.id.replace("log-", "")));
  expect(shown.length).toBeGreaterThan(linesBefore);
  expect(shown).toEqual(await loggedLines(run));
  await close();
});

test("a page opened before an orderly restart goes on by itself", async () => {
  const { page, close } = await openPage(browser, service.url);
  await untilLive(page);
  expect(await service.stop()).toBe(0);
  await page.locator('#conn[data-state="lost"]').waitFor();
  // A press in vain is told of until the server is back, once.
  const told = page.getByRole("alert").getByText("cannot be reached");
  await page.getByRole("button", { name: "Apply a sample change" }).click();
  await told.waitFor();
  service = await startService(options);
  await untilLive(page);
  expect(await told.count()).toBe(0);
  expect(await page.locator(".tile").count()).toBe(1);
  await close();
});

test("a tab that was in the background catches up", async () => {
  const { page, close } = await openPage(browser, `${service.url}/runs`);
  await untilLive(page);
  const before = await page.locator(".feed li").count();
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await fetch(`${service.url}/api/v1/databases/shop/runs`, { method: "POST" });
  await hide(false);
  await page.waitForFunction((count) => document.querySelectorAll(".feed li").length === count + 1, before);
  const ids = await page.locator(".feed li").evaluateAll((items) => items.map((item) => item.id));
  expect(new Set(ids).size).toBe(ids.length);
  await close();
});
