#!/usr/bin/env bun
/*
 * Starts the service on databases of its own, makes a lively state, and takes a picture of each page, light and dark, wide
 * and phone: bun scripts/screenshots.ts [folder] (docs/screenshots when left out).
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser, sampleAddress } from "../service/browser/browser.ts";
import { connect } from "../service/postgres/client.ts";
import type { Database } from "../service/postgres/types.ts";
import shop from "../service/sample/shop.sql" with { type: "text" };
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
  alter table public.payments alter column amount type numeric(10, 2);
  create or replace function public.order_total(wanted_order bigint) returns numeric
    language sql stable parallel safe as $$
  select coalesce(sum(amount_ordered * unit_price), 0) from public.order_items where order_id = wanted_order $$;
  drop view stock.low_stock;
  create table public.refunds (
    id bigint generated always as identity primary key,
    order_id bigint not null references public.orders,
    refunded public.amount not null
  )`;

const work = await mkdtemp(join(tmpdir(), "schemawatch-shots-"));
const plain = await startService();
const sampleUrl = await sampleAddress(plain);
const orders = await newShop("orders");
const billing = await newShop("billing");
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
const browser = await openBrowser();

/** A database beside the sample, with the same shop in it. */
async function newShop(name: string): Promise<{ url: string; db: Database }> {
  const options = { applicationName: "schemawatch screenshots", maxConnections: 1, deadlineMs: 10_000 };
  const admin = connect({ ...options, url: sampleUrl });
  await admin.query(`create database ${name}`);
  await admin.close();
  const address = new URL(sampleUrl);
  address.pathname = name;
  const db = connect({ ...options, url: address.href });
  await db.query(shop);
  return { url: address.href, db };
}

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
  await orders.db.query(ORDERS_LAST);
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
  await Promise.all([orders.db.close(), billing.db.close(), service.stop()]);
  await plain.stop();
  await rm(work, { recursive: true, force: true });
}
process.exit(0);
