import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Database } from "../postgres/types.ts";
import type { ChangeSummary } from "../store/models.ts";
import { Api } from "../testing/api.ts";
import { endServices, startService, type TestService } from "../testing/service.ts";
import { openBrowser, openPage, sampleDatabase } from "./browser.ts";
import { pagesWith, processed } from "./processed.ts";

setDefaultTimeout(120_000);

/** Each would run, or break out of where it is shown, if it reached the page unescaped. */
const NAMES = [
  `<img src=x onerror="hacked=1">`,
  `"><script>hacked=1</script>`,
  `' onmouseover='hacked=1`,
  "](javascript:hacked=1)",
  "`code` **bold** <b>x</b>",
  "line\nbreak\r\ndata: <b>x</b>",
  "</pre><hr>",
  "&lt;i&gt; {{hacked=1}}",
  "🐘 \u202e rtl",
];

let service: TestService;
let browser: Browser;
let shop: Database;
let change: ChangeSummary;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), openBrowser()]);
  shop = await sampleDatabase(service);
  const statements = NAMES.map((name) => {
    const [quoted, text] = [`"${name.replaceAll('"', '""')}"`, `'${name.replaceAll("'", "''")}'`];
    return `create table public.${quoted} (${quoted} text default ${text}, constraint ${quoted} check (${quoted} <> ${text}));
      comment on table public.${quoted} is ${text};
      create function public.${quoted}(${quoted} text) returns text language sql as $body$ select ${text} $body$;`;
  });
  await shop.query(statements.join("\n"));
  ({ change } = await processed(new Api(service.url), "the processed change", 90_000, () => true));
});
afterAll(async () => {
  await shop.close();
  await browser.close();
  await endServices();
});

test("no name, comment or definition reaches a page unescaped", async () => {
  for (const path of [...pagesWith(change), `/databases/${change.database}/drift`]) {
    const { page, problems, close } = await openPage(browser, `${service.url}${path}`);
    // An image of that name would be asked for, and fail, by then.
    await page.waitForTimeout(200);
    const found = await page.evaluate(() => ({
      ran: "hacked" in window,
      made: document.querySelectorAll(
        "img[src=x], [onerror], [onmouseover], hr, pre + hr, a[href^='javascript:']",
      ).length,
      bold: [...document.querySelectorAll("main b, main i")].filter(({ textContent }) => textContent === "x")
        .length,
    }));
    expect({ path, ...found, problems: problems() }).toEqual({
      path,
      ran: false,
      made: 0,
      bold: 0,
      problems: [],
    });
    await close();
  }
});

test("the page shows each name as it is", async () => {
  const { page, close } = await openPage(browser, `${service.url}/changes/${change.id}`);
  const shown = (await page.locator("main").textContent())?.replaceAll('""', '"').replace(/\s+/g, " ") ?? "";
  expect(NAMES.filter((name) => !shown.includes(name.replace(/\s+/g, " ")))).toEqual([]);
  await close();
});
