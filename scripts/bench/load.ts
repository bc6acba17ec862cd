import { Client } from "./client.ts";
import { median, type Scenario } from "./figures.ts";
import { startFleet } from "./fleet.ts";

const ROUNDS = 10;
const SUSTAINED_MS = 30_000;
const CLIENTS = 20;

/** Ten triggers at once on ten databases; then as many runs as go, with the store on the same machine. */
export const load: Scenario = {
  name: "load",
  summary: `ten triggers at once, ${ROUNDS} times; ${CLIENTS} clients for ${SUSTAINED_MS / 1000} s`,
  async run(progress) {
    const fleet = await startFleet(10);
    try {
      const client = new Client(fleet.service.url);
      await client.watching(fleet.names, 30_000);
      const once = async (name: string) => client.finished(await client.trigger(name));
      for (let i = 0; i < 3; i++) await Promise.all(fleet.names.map(once));

      const rounds: number[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        progress(`ten at once, round ${i + 1} of ${ROUNDS}`);
        const begun = performance.now();
        await Promise.all(fleet.names.map(once));
        rounds.push(performance.now() - begun);
      }

      progress(`${CLIENTS} clients for ${SUSTAINED_MS / 1000} s`);
      const begun = performance.now();
      let runs = 0;
      const one = async (index: number) => {
        while (performance.now() - begun < SUSTAINED_MS) {
          await once(fleet.names[index % fleet.names.length] ?? "");
          runs++;
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, (_, i) => one(i)));
      const minutes = (performance.now() - begun) / 60_000;
      return [
        {
          name: "ten triggers at once, all done, median",
          value: median(rounds) / 1000,
          unit: "s",
          atMost: 1,
          peer: "16 s tuned, 80 s default",
        },
        {
          name: "ten triggers at once, all done, worst",
          value: Math.max(...rounds) / 1000,
          unit: "s",
          atMost: 1,
        },
        {
          name: "sustained runs",
          value: runs / minutes,
          unit: "runs/min",
          atLeast: 3000,
          peer: "35 tuned, 10 default",
        },
      ];
    } finally {
      await fleet.stop();
    }
  },
};
