import { fileURLToPath } from "node:url";
import { readGate } from "../../../service/catalog/gate.ts";
import { connect } from "../../../service/postgres/client.ts";
import { installations, runClient } from "../../../service/testing/clients.ts";
import { type Figure, median, type Scenario } from "../figures.ts";
import { measureChanges } from "./changes.ts";
import { LARGE } from "./schema.ts";
import { type LargeServer, startLarge } from "./server.ts";

const LOOK = fileURLToPath(new URL("./look.ts", import.meta.url));

const GATES = 300;
const LOOKS = 3;
/** Changes whose growth is measured: so many, or as many as a busy machine makes in this time. */
const GROWING = { most: 200, withinMs: 90_000 } as const;
/** To so many it is extrapolated. */
const PROMISED_CHANGES = 10_000;

/** The promises for large databases, beside `pg_dump -s` on the same database in the same run. Takes about five minutes. */
export const large: Scenario = {
  name: "large",
  summary: `a database of ${LARGE.tables.toLocaleString("en")} tables: gate, looks beside pg_dump -s, memory, store (minutes)`,
  async run(progress) {
    await installations();
    const server = await startLarge(progress);
    try {
      const gates = await measureGates(server, progress);
      const looks = await measureLooks(server, progress);
      const changes = await measureChanges(server, GROWING, progress);
      const dump = median(looks.dumps);
      const look = median(looks.looks.map(({ seconds }) => seconds));
      const statement = median(changes.seconds);
      const grown = changes.changeBytes * PROMISED_CHANGES;
      return [
        { name: `gate of the large database, median of ${GATES}`, value: gates.large, unit: "ms", atMost: 2 },
        { name: "the same of an empty one", value: gates.empty, unit: "ms" },
        { name: "large to empty", value: gates.large / gates.empty, unit: "×", atMost: 1.5 },
        { name: `pg_dump -s, median of ${LOOKS}`, value: dump, unit: "s" },
        { name: `first exact look, median of ${LOOKS}`, value: look, unit: "s" },
        { name: "first exact look to pg_dump -s", value: look / dump, unit: "×", atMost: 0.5 },
        {
          name: "peak memory of a process that takes it",
          value: Math.max(...looks.looks.map(({ peakMb }) => peakMb)),
          unit: "MB",
          atMost: 250,
        },
        {
          name: `one DDL statement, wake-up to stored change, median of ${changes.seconds.length}`,
          value: statement,
          unit: "s",
        },
        { name: "the worst of them", value: Math.max(...changes.seconds), unit: "s" },
        { name: "one DDL statement to pg_dump -s", value: statement / dump, unit: "×", atMost: 0.15 },
        {
          name: `with the tap, DDL commit to finished run, median of ${changes.tapped.length}`,
          value: median(changes.tapped),
          unit: "s",
          atMost: 0.7,
        },
        { name: "store before the first look", value: changes.emptyBytes / 1e6, unit: "MB" },
        { name: "store with the first snapshot", value: changes.firstBytes / 1e6, unit: "MB" },
        {
          name: `store's growth per change with its run, mean of ${changes.counted}`,
          value: changes.changeBytes / 1000,
          unit: "kB",
        },
        {
          name: `store after ${PROMISED_CHANGES.toLocaleString("en")} changes, extrapolated from ${changes.counted}`,
          value: (changes.firstBytes + grown) / 1e6,
          unit: "MB",
          atMost: 200,
        },
      ] satisfies Figure[];
    } finally {
      await server.remove();
    }
  },
};

/** Milliseconds, medians; one after the other in turn, so that both meet the same load. */
async function measureGates(server: LargeServer, progress: (text: string) => void) {
  progress("the gate");
  const open = (database: "large" | "empty") => {
    const settings = { applicationName: "bench", maxConnections: 1, deadlineMs: 10_000 };
    return { client: connect({ ...settings, url: server.url(database) }), times: [] as number[] };
  };
  const [big, empty] = [open("large"), open("empty")];
  for (const { client } of [big, empty]) await readGate(client);
  for (let i = 0; i < GATES; i++) {
    for (const { client, times } of [big, empty]) {
      const begun = performance.now();
      await readGate(client);
      times.push(performance.now() - begun);
    }
  }
  await Promise.all([big.client.close(), empty.client.close()]);
  return { large: median(big.times), empty: median(empty.times) };
}

/** Seconds of pg_dump and of first looks, in turn. */
async function measureLooks(server: LargeServer, progress: (text: string) => void) {
  const dumps: number[] = [];
  const looks: { seconds: number; peakMb: number }[] = [];
  for (let i = 0; i < LOOKS; i++) {
    progress(`pg_dump and a first look, ${i + 1} of ${LOOKS}`);
    const begun = performance.now();
    await runClient("pg_dump", ["--schema-only", "--file=/dev/null", server.url("large")]);
    dumps.push((performance.now() - begun) / 1000);
    const child = Bun.spawn([process.execPath, LOOK, server.url("large")], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    const said = await new Response(child.stdout).text();
    if ((await child.exited) !== 0) throw new Error("the first look failed");
    looks.push(JSON.parse(said) as { seconds: number; peakMb: number });
  }
  return { dumps, looks };
}
