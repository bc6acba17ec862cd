import { firstPaint, openBrowser, sampleDatabase } from "../../service/browser/browser.ts";
import { startService } from "../../service/testing/service.ts";
import { until } from "../../service/testing/until.ts";
import { Client } from "./client.ts";
import { type Figure, median, type Scenario } from "./figures.ts";

const OBJECTS = 10_000;
const TRIES = 9;

interface Newest {
  items: { id: number; database: string; safe: number; runId: number | null }[];
}

/** First contentful paint in Chromium of the pages that show a change of 10,000 objects. */
export const page: Scenario = {
  name: "page",
  summary: `the pages of a change of ${OBJECTS} objects, in Chromium`,
  async run(progress) {
    const [service, browser] = await Promise.all([startService(), openBrowser()]);
    try {
      const client = new Client(service.url);
      const shop = await sampleDatabase(service);
      progress("making the objects");
      await shop.query(
        `do $$ begin for i in 1 .. ${OBJECTS} loop
           execute format('create function public.f_%s(a int, b text) returns int language sql as %L', i, 'select ' || i);
         end loop; end $$`,
      );
      await shop.close();
      const change = await until("the processed change", 180_000, async () => {
        const [newest] = (await client.ask<Newest>("GET", "/changes?limit=1")).items;
        if (!newest?.runId || newest.safe < OBJECTS) return false;
        const run = await client.ask<{ state: string }>("GET", `/runs/${newest.runId}`);
        return run.state === "succeeded" && newest;
      });
      const pages = {
        // What the machine needs for any page at all.
        "a page without data": "/api",
        "its page": `/changes/${change.id}`,
        "its database's page": `/databases/${change.database}`,
        "the list of objects": `/databases/${change.database}/objects`,
        "its run's page": `/runs/${change.runId}`,
      };
      const figures: Figure[] = [];
      for (const [name, path] of Object.entries(pages)) {
        const times: number[] = [];
        for (let nth = 0; nth < TRIES; nth++) {
          progress(`${name}, ${nth + 1} of ${TRIES}`);
          times.push(await firstPaint(browser, `${service.url}${path}`));
        }
        const what = `first paint with ${OBJECTS} objects in a change, ${name}, median`;
        const promise = path === "/api" ? {} : { atMost: 0.5 };
        figures.push({ name: what, value: median(times) / 1000, unit: "s" as const, ...promise });
      }
      return figures;
    } finally {
      await browser.close();
      await service.stop();
    }
  },
};
