import { startService } from "../../service/testing/service.ts";
import { Client } from "./client.ts";
import { median, percentile, type Scenario } from "./figures.ts";

const TRIGGERS = 200;

/** Trigger to finished run on the sample, as a client sees it: POST, then the run's stream to its end. */
export const trigger: Scenario = {
  name: "trigger",
  summary: `${TRIGGERS} triggers on the sample, one after another`,
  async run(progress) {
    const service = await startService();
    try {
      const client = new Client(service.url);
      const { items } = await client.ask<{ items: { name: string }[] }>("GET", "/databases");
      const name = items[0]?.name ?? "";
      for (let i = 0; i < 20; i++) await client.finished(await client.trigger(name));
      const times: number[] = [];
      for (let i = 0; i < TRIGGERS; i++) {
        progress(`trigger ${i + 1} of ${TRIGGERS}`);
        const begun = performance.now();
        await client.finished(await client.trigger(name));
        times.push(performance.now() - begun);
      }
      const peer = "2.9 s tuned, 8.2 s default";
      return [
        { name: "trigger to finished run, median", value: median(times), unit: "ms", atMost: 50, peer },
        { name: "trigger to finished run, p95", value: percentile(times, 95), unit: "ms", atMost: 150 },
      ];
    } finally {
      await service.stop();
    }
  },
};
