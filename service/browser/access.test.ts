import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addToken } from "../config/tokens.ts";
import { startService } from "../testing/service.ts";
import { axeFaults, openBrowser, openPage, untilLive, widths } from "./browser.ts";

setDefaultTimeout(60_000);

const folder = await mkdtemp(join(tmpdir(), "schemawatch-test-"));
const authFile = join(folder, "tokens");
const operator = await addToken(authFile, "ann", "operator");
const viewer = await addToken(authFile, "bob", "viewer");
const service = await startService();
const guarded = await startService({ env: { AUTH_FILE: authFile } });
const browser = await openBrowser();
afterAll(async () => {
  await browser.close();
  await Promise.all([service.stop(), guarded.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const PAGES = [
  "/",
  "/databases/shop",
  "/databases/shop/drift",
  "/changes",
  "/changes/1",
  "/runs",
  "/runs/1",
  "/api",
  "/nothing-here",
];

beforeAll(async () => {
  for (let i = 0; i < 3; i++) {
    const applied = await fetch(`${service.url}/api/v1/databases/shop/sample-change`, { method: "POST" });
    expect(applied.status).toBe(200);
    await fetch(`${service.url}/api/v1/databases/shop/runs`, { method: "POST" });
    await Bun.sleep(300);
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious on any page, ${colorScheme}, and no policy is broken`, async () => {
    const { page, problems, close } = await openPage(browser, service.url, {
      colorScheme,
      reducedMotion: "reduce",
    });
    for (const path of PAGES) {
      await page.goto(service.url + path);
      expect({ path, found: await axeFaults(page) }).toEqual({ path, found: [] });
    }
    // The page that is not there is told to the console by the browser itself.
    expect(problems().filter((problem) => !problem.includes("404"))).toEqual([]);
    await close();
  });
}

test("no page scrolls sideways at 320 px", async () => {
  const { page, close } = await openPage(browser, service.url, { viewport: { width: 320, height: 640 } });
  for (const path of PAGES) {
    await page.goto(service.url + path);
    const [wide, width] = await widths(page);
    expect({ path, wide }).toEqual({ path, wide: width });
  }
  await close();
});

test("everything can be done by keyboard alone", async () => {
  const { page, close } = await openPage(browser, `${service.url}/databases/shop`);
  await untilLive(page);
  const press = (key: string) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  await press("Tab");
  expect(await focused()).toBe("Skip to the content");
  await press("Enter");
  for (let i = 0; i < 6 && (await focused()) !== "Trigger"; i++) await press("Tab");
  expect(await focused()).toBe("Trigger");
  await press("Enter");
  await page.waitForURL(/\?run=/);
  await page.locator("#run-panel").getByText("Succeeded", { exact: true }).waitFor();
  expect(await focused()).toBe("Trigger");

  await press("?");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await press("g");
  await press("c");
  await page.waitForURL(/\/changes$/);
  await press("j");
  await press("Enter");
  await page.waitForURL(/\/changes\/\d+$/);
  await page.locator(".object").first().waitFor();
  await close();
});

test("the chosen theme is kept, and set before the page is painted", async () => {
  const { page, close } = await openPage(browser, service.url, { colorScheme: "light" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  const toggle = page.getByRole("button", { name: /^Theme:/ });
  await toggle.click();
  await toggle.click();
  expect(await toggle.getAttribute("aria-label")).toBe("Theme: dark");
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload({ waitUntil: "commit" });
  await page.waitForFunction(() => document.body !== null);
  expect(await ground()).toBe(dark);
  await close();
});

test("a stranger logs in with a token and gets where they were going; a viewer has no buttons", async () => {
  const start = `${guarded.url}/databases/shop`;
  const { page, close } = await openPage(browser, start);
  expect(page.url()).toContain("/login?next=");
  await page.getByLabel("Access token").fill("wrong");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Access token").fill(viewer);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(start);
  await untilLive(page);
  expect(await page.getByRole("button", { name: "Trigger" }).count()).toBe(0);
  await page.getByRole("button", { name: "Log out bob" }).click();
  await page.waitForURL(/\/login/);
  await page.goto(start);
  await page.getByLabel("Access token").fill(operator);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(start);
  await page.getByRole("button", { name: "Trigger" }).click();
  await page.locator("#run-panel").getByText("Succeeded", { exact: true }).waitFor();
  await close();
});
