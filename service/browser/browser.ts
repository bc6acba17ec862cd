import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import type { TestService } from "../testing/service.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PLACES = [
  "/usr/bin/chromium",
  "/snap/bin/chromium",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/** Without these it asks the network for updates and more, which a test must not depend on. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** Starts the system's Chromium or Chrome, or where there is none the one of the package. */
export async function openBrowser(): Promise<Browser> {
  // Chromium's sandbox refuses to run as root, as in containers.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const found = NAMES.map((name) => Bun.which(name)).find((path) => path !== null) ?? PLACES.find(existsSync);
  if (found !== undefined) return chromium.launch({ executablePath: found, args: [...QUIET, ...sandbox] });
  return launchPackaged([...QUIET, ...sandbox]);
}

/** The package's Chromium with the libraries and fonts that come with it: a machine without a browser often lacks those too. */
async function launchPackaged(args: string[]): Promise<Browser> {
  const { default: packaged, inflate } = await import("@sparticuz/chromium");
  const executablePath = await packaged.executablePath();
  const libraries = join(
    dirname(Bun.resolveSync("@sparticuz/chromium", import.meta.dir)),
    "../bin/al2023.tar.br",
  );
  const env = {
    LD_LIBRARY_PATH: join(await inflate(libraries), "lib"),
    FONTCONFIG_PATH: join(tmpdir(), "fonts"),
  };
  return chromium.launch({ executablePath, args, env: { ...process.env, ...env } });
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the console so far, with what broke the content security policy. */
  problems(): string[];
  close(): Promise<void>;
}

/** Opens an address in a browser profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(url);
  return { page, problems: () => [...problems], close: () => context.close() };
}

/** Waits until the page's stream stands: what happens from now on is shown without a reload. */
export async function untilLive(page: Page): Promise<void> {
  await page.locator('#conn[data-state="live"]').waitFor();
}

let axe: Promise<string> | undefined;

/** What axe finds on the page that is serious or critical, each by its rule and the element. */
export async function axeFaults(page: Page): Promise<string[]> {
  axe ??= Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();
  await page.evaluate(await axe);
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeResults;
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** How wide the page's content is, and how wide the window: a page that scrolls sideways has more of the first. */
export function widths(page: Page): Promise<readonly [content: number, window: number]> {
  return page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const);
}

/** Milliseconds from the navigation to the first contentful paint of an address, in a profile of its own. */
export async function firstPaint(browser: Browser, url: string): Promise<number> {
  const { page, close } = await openPage(browser, url);
  const paint = await page.waitForFunction(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
  const ms = Number(await paint.jsonValue());
  await close();
  return ms;
}

/** The address of the sample database, by the psql line that the service shows. */
export async function sampleAddress(service: TestService): Promise<string> {
  const answer = (await (await fetch(`${service.url}/api/v1/databases`)).json()) as {
    items: { connect: string }[];
  };
  const url = answer.items[0]?.connect.match(/postgres(?:ql)?:\/\/[^\s"']+/)?.[0];
  if (url === undefined) throw new Error("the sample has no psql line");
  return url;
}

/** A client of the sample database. */
export async function sampleDatabase(service: TestService): Promise<Database> {
  const url = await sampleAddress(service);
  return connect({ url, applicationName: "schemawatch browser test", maxConnections: 1, deadlineMs: 5000 });
}

/** How many runs a database has. */
export async function countRuns(service: TestService): Promise<number> {
  const answer = (await (await fetch(`${service.url}/api/v1/runs?limit=200`)).json()) as { items: unknown[] };
  return answer.items.length;
}
