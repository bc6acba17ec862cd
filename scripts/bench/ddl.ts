import { connect } from "../../service/postgres/client.ts";
import { installTap } from "../../service/tap/tap.ts";
import { startService } from "../../service/testing/service.ts";
import { until } from "../../service/testing/until.ts";
import { Client } from "./client.ts";
import { type Figure, median, percentile, type Scenario } from "./figures.ts";

const STATEMENTS = 100;

interface Changes {
  items: { id: number; runId: number | null }[];
}

/** DDL commit to finished run at the default interval of 1 s, each statement at a random phase of it; without a tap, then with one. */
export const ddl: Scenario = {
  name: "ddl",
  summary: `${STATEMENTS} DDL statements on the sample at random moments, without a tap and with one`,
  async run(progress) {
    const figures: Figure[] = [];
    for (const tapped of [false, true]) {
      const { times, lost } = await measure(tapped, progress);
      const how = tapped ? "DDL commit to finished run with the tap" : "DDL commit to finished run";
      figures.push(
        {
          name: `${how}, median`,
          value: median(times) / 1000,
          unit: "s",
          atMost: tapped ? 0.06 : 0.8,
          ...(tapped ? {} : { peer: "13.4 s with a 5 s sensor" }),
        },
        { name: `${how}, p95`, value: percentile(times, 95) / 1000, unit: "s" },
        { name: `${how}, worst`, value: Math.max(...times) / 1000, unit: "s", atMost: 2 },
        {
          name: tapped ? "changes lost with the tap" : "changes lost",
          value: lost,
          unit: "count",
          atMost: 0,
        },
      );
    }
    return figures;
  },
};

/** Milliseconds from each commit to the end of its run, and how many changes were not found in time. */
async function measure(tapped: boolean, progress: (text: string) => void) {
  const service = await startService();
  try {
    const client = new Client(service.url);
    const { items } = await client.ask<{ items: { name: string; connect: string }[] }>("GET", "/databases");
    const sample = items[0];
    const url = /postgres(?:ql)?:\/\/[^\s'"]+/.exec(sample?.connect ?? "")?.[0];
    if (!sample || !url) throw new Error("the sample does not say how to connect");
    const db = connect({ url, applicationName: "bench", maxConnections: 1, deadlineMs: 10_000 });
    await client.watching([sample.name], 10_000);
    if (tapped) {
      await installTap(db, []);
      await until("the tap to be heard", 10_000, async () => {
        const { tap } = await client.ask<{ tap: { listening: boolean } }>("GET", `/databases/${sample.name}`);
        return tap.listening;
      });
    }
    const times: number[] = [];
    let lost = 0;
    for (let i = 0; i < STATEMENTS; i++) {
      progress(`statement ${i + 1} of ${STATEMENTS}${tapped ? " with the tap" : ""}`);
      await Bun.sleep(Math.random() * 1000);
      const newest = (await client.ask<Changes>("GET", "/changes?limit=1")).items[0]?.id ?? 0;
      await db.query(`create table bench_${i} (id integer)`);
      const committed = performance.now();
      const found = await until("the finished run", 15_000, async () => {
        const change = (await client.ask<Changes>("GET", "/changes?limit=1")).items[0];
        if (!change || change.id <= newest || change.runId === null) return false;
        const run = await client.ask<{ state: string }>("GET", `/runs/${change.runId}`);
        return run.state === "succeeded";
      }).then(
        () => true,
        () => false,
      );
      if (found) times.push(performance.now() - committed);
      else lost++;
    }
    await db.close();
    return { times, lost };
  } finally {
    await service.stop();
  }
}
