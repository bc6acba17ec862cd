#!/usr/bin/env bun
/*
 * Starts the service on databases of its own, makes a lively state, and takes a picture of each page, light and dark, wide
 * and phone: bun scripts/screenshots.ts [folder] (docs/screenshots when left out).
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "../service/browser/browser.ts";
import { connect } from "../service/postgres/client.ts";
import { testDatabase } from "../service/testing/postgres.ts";
import { freePort, startService } from "../service/testing/service.ts";

const folder = Bun.argv[2] ?? "docs/screenshots";

/** Changes of some variety, one commit each, so that each is a change of its own. */
const ORDERS = [
  "create index orders_placed_at_idx on public.orders (placed_at)",
  "alter table public.customers alter column phone type varchar(40)",
  "alter table public.products add column weight_grams integer",
];
const ORDERS_LAST = `
  alter table public.order_items rename column quantity to amount_ordered;
  drop view if exists stock.low_stock;
  create or replace function public.order_total(wanted_order bigint) returns numeric language sql stable as $$
    select coalesce(round(sum(unit_price * amount_ordered), 2), 0)
      from public.order_items
     where order_id = wanted_order
       and not cancelled
  $$`;

const work = await mkdtemp(join(tmpdir(), "schemawatch-shots-"));
const [orders, billing] = await Promise.all([
  testDatabase({ template: "sample" }),
  testDatabase({ template: "sample" }),
]);
await writeFile(
  join(work, "databases.yaml"),
  `databases:
  - { name: billing, url: "${billing.url}", interval: 250ms, baseline: baselines/billing.schema, labels: { team: finance } }
  - { name: legacy-crm, url: "postgres://watcher:wrong@127.0.0.1:${freePort()}/crm" }
  - { name: orders, url: "${orders.url}", interval: 250ms, baseline: baselines/orders.schema, labels: { team: shop, tier: gold } }
`,
);
await mkdir(join(work, "baselines"));
for (const [name, database] of [
  ["orders", orders],
  ["billing", billing],
] as const) {
  const child = Bun.spawn(
    [
      process.execPath,
      "service/main.ts",
      "snapshot",
      "--url",
      database.url,
      "--out",
      join(work, "baselines", `${name}.schema`),
    ],
    { stdout: "inherit", stderr: "inherit" },
  );
  if ((await child.exited) !== 0) throw new Error(`no baseline of ${name}`);
}
const service = await startService({ env: { DATABASES_FILE: join(work, "databases.yaml") } });
const plain = await startService();
const browser = await openBrowser();

/** Resolves when the database has that many changes and every run has ended. */
async function until(database: string, changes: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const found = (await (await fetch(`${service.url}/api/v1/changes?database=${database}`)).json()) as {
      items: unknown[];
    };
    const runs = (await (await fetch(`${service.url}/api/v1/runs`)).json()) as {
      items: { finishedAt: string | null }[];
    };
    if (found.items.length >= changes && runs.items.every((run) => run.finishedAt !== null)) return;
    await Bun.sleep(100);
  }
  throw new Error(`${database} has not ${changes} changes`);
}

async function shoot(name: string, url: string, whole: boolean): Promise<void> {
  for (const [size, width, height] of [
    ["wide", 1280, 860],
    ["phone", 390, 844],
  ] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await page.goto(url);
      await page.waitForTimeout(400);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) console.warn(`${name} ${size} is ${over} px too wide`);
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: whole });
      await context.close();
    }
  }
}

try {
  await mkdir(folder, { recursive: true });
  await Bun.sleep(1500);
  for (const [index, statement] of ORDERS.entries()) {
    await orders.db.query(statement);
    await until("orders", index + 1);
  }
  const writer = connect({ url: orders.url, applicationName: "psql", maxConnections: 1, deadlineMs: 5000 });
  await writer.transaction(async (tx) => {
    for (const statement of ORDERS_LAST.split(";\n")) await tx.query(statement);
  });
  await writer.close();
  await until("orders", ORDERS.length + 1);
  await fetch(`${service.url}/api/v1/databases/billing/runs`, { method: "POST" });
  await Bun.sleep(800);
  const last = ORDERS.length + 1;
  await shoot("home", service.url, false);
  await shoot("database", `${service.url}/databases/orders`, true);
  await shoot("unreachable", `${service.url}/databases/legacy-crm`, true);
  await shoot("change", `${service.url}/changes/${last}`, true);
  await shoot("changes", `${service.url}/changes`, true);
  await shoot("run", `${service.url}/runs/${last}`, true);
  await shoot("runs", `${service.url}/runs`, true);
  await shoot("api", `${service.url}/api`, true);
  await shoot("not-found", `${service.url}/nothing`, false);
  await shoot("first-start", plain.url, false);
  await shoot("sample", `${plain.url}/databases/shop`, true);
} finally {
  await browser.close();
  await Promise.all([service.stop(), plain.stop()]);
  await Promise.all([orders.drop(), billing.drop()]);
  await rm(work, { recursive: true, force: true });
}
process.exit(0);
