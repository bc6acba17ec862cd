import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstPaint, openBrowser } from "../../service/browser/browser.ts";
import { startEmbedded } from "../../service/embedded/server.ts";
import { connect } from "../../service/postgres/client.ts";
import { migrate } from "../../service/store/migrate.ts";
import { prepareQueue } from "../../service/store/queue.ts";
import { fillFleet, PROMISED } from "../../service/testing/fleet/index.ts";
import { startService } from "../../service/testing/service.ts";
import { type Figure, median, percentile, type Scenario } from "./figures.ts";

const TRIES = 9;
const CALLS = 50;

const PAGES = {
  // What the machine needs for any page at all.
  "a page without data": "/api",
  home: "/",
  "home, a team's drifted": "/?label=team:payments&status=drifted",
  changes: "/changes",
  "changes, breaking ones of a team": "/changes?label=team:payments&compatibility=breaking",
  "a database": "/databases/orders-dev-0001",
};

const LISTS = {
  "databases, 50 of them": "/databases",
  "databases found by name and label": "/databases?search=prod&label=team:payments&status=drifted",
  "changes of one action in one environment": "/changes?action=renamed&label=environment:prod",
  "failed runs": "/runs?state=failed",
};

/** First contentful paint in Chromium, and the API's lists, on a filled store with fsync on and no poller beside it. */
export const fleetPage: Scenario = {
  name: "fleet-page",
  summary: `the pages and lists of ${PROMISED.databases} databases and ${PROMISED.changes} changes, in Chromium`,
  async run(progress) {
    const folder = await mkdtemp(join(tmpdir(), "schemawatch-bench-"));
    const server = await startEmbedded({ dataDir: join(folder, "postgres") });
    const url = server.url("postgres");
    const store = connect({ url, applicationName: "bench", maxConnections: 2, deadlineMs: 30_000 });
    try {
      await migrate(store, { also: [prepareQueue] });
      progress("filling the store");
      await fillFleet(store);
      const service = await startService({ env: { ROLE: "web", DATABASE_URL: url, LOG_LEVEL: "warn" } });
      const browser = await openBrowser();
      try {
        return [...(await paints(browser, service.url, progress)), ...(await answers(service.url, progress))];
      } finally {
        await browser.close();
        await service.stop();
      }
    } finally {
      await store.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Browser = Awaited<ReturnType<typeof openBrowser>>;

async function paints(browser: Browser, url: string, progress: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(PAGES)) {
    const times: number[] = [];
    for (let nth = 0; nth < TRIES; nth++) {
      progress(`${name}, ${nth + 1} of ${TRIES}`);
      times.push(await firstPaint(browser, `${url}${path}`));
    }
    const promise = path === "/api" ? {} : { atMost: 0.5 };
    const what = `first paint with ${PROMISED.databases} databases, ${name}, median`;
    figures.push({ name: what, value: median(times) / 1000, unit: "s" as const, ...promise });
  }
  return figures;
}

async function answers(url: string, progress: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(LISTS)) {
    progress(`the API's ${name}`);
    const times: number[] = [];
    for (let nth = 0; nth < CALLS; nth++) {
      const begun = performance.now();
      const answer = await fetch(`${url}/api/v1${path}`);
      await answer.text();
      if (!answer.ok) throw new Error(`${path} was answered by ${answer.status}`);
      times.push(performance.now() - begun);
    }
    figures.push({ name: `the API's ${name}, p95`, value: percentile(times, 95), unit: "ms" as const });
  }
  return figures;
}
