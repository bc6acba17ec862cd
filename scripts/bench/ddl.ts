import { connect } from "../../service/postgres/client.ts";
import { startService } from "../../service/testing/service.ts";
import { until } from "../../service/testing/until.ts";
import { Client } from "./client.ts";
import { median, percentile, type Scenario } from "./figures.ts";

const STATEMENTS = 100;

interface Changes {
  items: { id: number; runId: number | null }[];
}

/** DDL commit to finished run at the default interval of 1 s, each statement at a random phase of it. */
export const ddl: Scenario = {
  name: "ddl",
  summary: `${STATEMENTS} DDL statements on the sample at random moments`,
  async run(progress) {
    const service = await startService();
    try {
      const client = new Client(service.url);
      const { items } = await client.ask<{ items: { name: string; connect: string }[] }>("GET", "/databases");
      const sample = items[0];
      const url = /postgres(?:ql)?:\/\/[^\s'"]+/.exec(sample?.connect ?? "")?.[0];
      if (!sample || !url) throw new Error("the sample does not say how to connect");
      const db = connect({ url, applicationName: "bench", maxConnections: 1, deadlineMs: 10_000 });
      await client.watching([sample.name], 10_000);
      const times: number[] = [];
      let lost = 0;
      for (let i = 0; i < STATEMENTS; i++) {
        progress(`statement ${i + 1} of ${STATEMENTS}`);
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
      return [
        {
          name: "DDL commit to finished run, median",
          value: median(times) / 1000,
          unit: "s",
          atMost: 0.8,
          peer: "13.4 s with a 5 s sensor",
        },
        { name: "DDL commit to finished run, p95", value: percentile(times, 95) / 1000, unit: "s" },
        { name: "DDL commit to finished run, worst", value: Math.max(...times) / 1000, unit: "s", atMost: 2 },
        { name: "changes lost", value: lost, unit: "count", atMost: 0 },
      ];
    } finally {
      await service.stop();
    }
  },
};
