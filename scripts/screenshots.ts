#!/usr/bin/env bun
/*
 * Takes a picture of each page, light and dark, wide and phone: bun scripts/screenshots.ts [folder] (docs/screenshots when
 * left out). The pages are those of a real service on databases made for it, whose changes are then spread over a day.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser, sampleAddress } from "../service/browser/browser.ts";
import { freePort } from "../service/embedded/port.ts";
import { connect } from "../service/postgres/client.ts";
import type { Database } from "../service/postgres/types.ts";
import shop from "../service/sample/shop.sql" with { type: "text" };
import { migrate } from "../service/store/migrate.ts";
import { prepareQueue } from "../service/store/queue.ts";
import { Api } from "../service/testing/api.ts";
import { fillFleet } from "../service/testing/fleet/index.ts";
import { startService } from "../service/testing/service.ts";
import { until } from "../service/testing/until.ts";

const folder = Bun.argv[2] ?? "docs/screenshots";

/** Changes of some variety, one commit each, so that each is a change of its own. */
const BILLING = [
  "alter table public.customers alter column phone type varchar(40)",
  "create index orders_placed_at_idx on public.orders (placed_at)",
  "comment on table public.payments is 'What came in'",
];
const ORDERS = [
  "alter table public.products add column weight_grams integer",
  "alter table public.addresses alter column postal_code set not null",
  "create index reviews_body_idx on public.reviews (md5(body))",
  "alter table public.products add column colour text",
  "drop view stock.low_stock",
  "alter type public.gift_wrap add value 'ribbon'",
  "alter table public.customers alter column phone type varchar(40)",
  "comment on column public.orders.placed_at is 'When the customer pressed the button'",
  "alter table public.coupons rename to vouchers",
  `create table public.amounts_before as select id, amount from public.payments;
   drop table public.amounts_before;
   alter table public.order_items rename column quantity to amount_ordered;
   alter table public.payments alter column amount type numeric(10, 2);
   create or replace function public.order_total(wanted_order bigint) returns numeric
     language sql stable parallel safe as $$
  select coalesce(sum(amount_ordered * unit_price), 0) from public.order_items where order_id = wanted_order $$;
   create table public.refunds (
     id bigint generated always as identity primary key,
     order_id bigint not null references public.orders,
     refunded public.amount not null
   )`,
];

/** As if the changes had come in the course of a day: each and its run move back by the same time. */
const SPREAD = `
  with moved as (
    select id, make_interval(mins => (power(row_number() over (order by id desc) - 1, 1.5) * 27)::integer) as by
    from schemawatch.change
  ),
  change as (update schemawatch.change c set found_at = found_at - by from moved where moved.id = c.id),
  run as (
    update schemawatch.run r set requested_at = requested_at - by, queued_at = queued_at - by,
      started_at = started_at - by, finished_at = finished_at - by,
      look = jsonb_set(look, '{at}', to_jsonb((look ->> 'at')::timestamptz - by))
    from moved where moved.id = r.change_id returning r.id, by
  ),
  step as (
    update schemawatch.step s set started_at = started_at - by, finished_at = finished_at - by
    from run where run.id = s.run_id
  )
  update schemawatch.run_event e set at = at - by from run where run.id = e.run_id`;

const work = await mkdtemp(join(tmpdir(), "schemawatch-shots-"));
const plain = await startService();
const sampleUrl = await sampleAddress(plain);
const store = await newDatabase("store", "select 1");
const orders = await newDatabase("orders", shop);
const billing = await newDatabase("billing", shop);
await mkdir(join(work, "baselines"));
await run("tap", "install", "--url", orders.url);
await Promise.all([approve("orders", orders.url), approve("billing", billing.url)]);
await writeFile(
  join(work, "databases.yaml"),
  `databases:
  - { name: billing, url: "${billing.url}", interval: 250ms, baseline: baselines/billing.schema, labels: { team: finance } }
  - { name: legacy-crm, url: "postgres://watcher@127.0.0.1:${freePort()}/crm" }
  - { name: orders, url: "${orders.url}", interval: 250ms, baseline: baselines/orders.schema, labels: { team: shop, tier: gold } }
`,
);
const service = await startService({
  env: { DATABASES_FILE: join(work, "databases.yaml"), DATABASE_URL: store.url },
});
const api = new Api(service.url);
const browser = await openBrowser();

/** A database beside the sample, with `content` in it. */
async function newDatabase(name: string, content: string): Promise<{ url: string; db: Database }> {
  const options = { applicationName: "migrations", maxConnections: 1, deadlineMs: 10_000 };
  const admin = connect({ ...options, url: sampleUrl });
  await admin.query(`create database ${name}`);
  await admin.close();
  const address = new URL(sampleUrl);
  address.pathname = name;
  const db = connect({ ...options, url: address.href });
  await db.query(content);
  return { url: address.href, db };
}

/** Writes the schema as it is over the database's baseline. */
async function approve(name: string, url: string): Promise<void> {
  await run("snapshot", "--url", url, "--out", join(work, "baselines", `${name}.schema`));
}

/** Runs a command of the program to its end. */
async function run(...args: readonly string[]): Promise<void> {
  const command = [process.execPath, "service/main.ts", ...args];
  const child = Bun.spawn(command, { stdout: "inherit", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`${args.join(" ")} failed`);
}

/** Makes each change when the one before has been found and processed. */
async function change(name: string, { db }: { db: Database }, statements: readonly string[]): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    await db.query(statement);
    await until(`change ${index + 1} of ${name}`, 20_000, async () => {
      const changes = await list<unknown>(`/changes?database=${name}`);
      const runs = await list<{ finishedAt: string | null }>("/runs?limit=200");
      return changes.length > index && runs.every((run) => run.finishedAt !== null);
    });
  }
}

async function list<T>(path: string): Promise<T[]> {
  return (await api.ask<{ items: T[] }>("GET", path)).items;
}

async function shoot(name: string, url: string, whole: boolean): Promise<void> {
  for (const [size, width, height] of [
    ["wide", 1280, 860],
    ["phone", 390, 844],
  ] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      const options = { viewport: { width, height }, colorScheme, reducedMotion: "reduce" } as const;
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.goto(url);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: whole });
      await context.close();
    }
  }
}

/** The pages of many databases, on a store that was filled with them. */
async function shootFleet(): Promise<void> {
  const filled = await newDatabase("fleet", "select 1");
  await migrate(filled.db, { also: [prepareQueue] });
  await fillFleet(filled.db);
  await filled.db.close();
  const fleet = await startService({ env: { ROLE: "web", DATABASE_URL: filled.url } });
  await shoot("fleet", fleet.url, false);
  await shoot("fleet-found", `${fleet.url}/?label=team:payments&status=drifted`, false);
  await shoot("fleet-changes", `${fleet.url}/changes?label=team:payments&compatibility=breaking`, false);
  await shoot("fleet-none", `${fleet.url}/?search=nowhere&label=team:payments`, false);
  await fleet.stop();
}

try {
  await mkdir(folder, { recursive: true });
  await until("both to be watched", 20_000, async () => {
    const found = await list<{ objects: number | null }>("/databases");
    return found.filter((database) => database.objects !== null).length === 2;
  });
  await change("billing", billing, BILLING);
  await approve("billing", billing.url);
  await change("orders", orders, ORDERS);
  await store.db.query(SPREAD);
  await until("the baseline of billing to be read", 20_000, async () =>
    (await list<{ status: string }>("/databases")).some((database) => database.status === "synced"),
  );
  const last = BILLING.length + ORDERS.length;
  await shoot("home", service.url, false);
  await shoot("database", `${service.url}/databases/orders`, false);
  await shoot("database-whole", `${service.url}/databases/orders`, true);
  await shoot("unreachable", `${service.url}/databases/legacy-crm`, false);
  await shoot("change", `${service.url}/changes/${last}`, false);
  await shoot("change-whole", `${service.url}/changes/${last}`, true);
  await shoot("changes", `${service.url}/changes`, true);
  await shoot("run", `${service.url}/runs/${last}`, false);
  await shoot("runs", `${service.url}/runs`, true);
  await shoot("api", `${service.url}/api`, true);
  await shoot("not-found", `${service.url}/nothing`, false);
  await shootFleet();
  await shoot("first-start", plain.url, false);
  await shoot("sample", `${plain.url}/databases/shop`, true);
} finally {
  await browser.close();
  await Promise.all([store.db.close(), orders.db.close(), billing.db.close(), service.stop()]);
  await plain.stop();
  await rm(work, { recursive: true, force: true });
}
process.exit(0);
