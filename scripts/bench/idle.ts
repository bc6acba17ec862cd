import { readFile } from "node:fs/promises";
import { Client } from "./client.ts";
import type { Scenario } from "./figures.ts";
import { startFleet } from "./fleet.ts";

const SETTLE_MS = 10_000;
const WATCH_MS = 30_000;

/** What all roles in one process cost while nothing happens, ten databases at 1 s. Reads /proc: Linux only. */
export const idle: Scenario = {
  name: "idle",
  summary: `ten databases at 1 s, ${WATCH_MS / 1000} s of nothing`,
  async run(progress) {
    const fleet = await startFleet(10);
    try {
      const client = new Client(fleet.service.url);
      await client.watching(fleet.names, 30_000);
      progress("settling");
      await Bun.sleep(SETTLE_MS);
      const before = await processorSeconds(fleet.service.pid);
      progress(`watching for ${WATCH_MS / 1000} s`);
      await Bun.sleep(WATCH_MS);
      const used = (await processorSeconds(fleet.service.pid)) - before;
      return [
        {
          name: "idle memory, all roles, without the database",
          value: await residentMiB(fleet.service.pid),
          unit: "MiB",
          atMost: 120,
          peer: "400 MB",
        },
        { name: "idle processor", value: (used / (WATCH_MS / 1000)) * 100, unit: "% of a core", atMost: 3 },
      ];
    } finally {
      await fleet.stop();
    }
  },
};

/** User and system time of a process so far, in seconds (proc(5): fields 14 and 15 of stat, 100 ticks a second). */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Memory of a process that is resident now, or was at most, in MiB (proc(5)). */
export async function residentMiB(pid: number, which: "VmRSS" | "VmHWM" = "VmRSS"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
