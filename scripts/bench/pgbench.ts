import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../../service/postgres/client.ts";
import { installSample } from "../../service/sample/install.ts";
import { installations, runClient } from "../../service/testing/clients.ts";
import { testServer } from "../../service/testing/server.ts";
import { startService } from "../../service/testing/service.ts";
import { Client } from "./client.ts";
import { median, type Scenario } from "./figures.ts";
import { processorSeconds } from "./idle.ts";
import { COMPANY_SERVER } from "./server-settings.ts";

/** Each of a phase that is watched and one that is not, in turns which comes first, so that a drift of the machine meets both. */
const PAIRS = 30;
const PHASE_MS = 5000;
/** A service that was stopped takes its leases again and looks once; that is not what a second of watching costs. */
const SETTLE_MS = 2000;
/** 1.6 million rows, 250 MB: in memory, as then the least part of a transaction is waiting for the disk. */
const SCALE = 16;

/** As on a company's server, but for the wait for the disk: it would hide what a transaction costs. */
const SETTINGS = { ...COMPANY_SERVER, synchronous_commit: "off" };

/** What users of a watched database lose: pgbench's own transactions, on the database that is looked at once a second. */
export const pgbench: Scenario = {
  name: "pgbench",
  summary: `pgbench beside the watch, ${PAIRS} pairs of ${(2 * PHASE_MS) / 1000} s`,
  async run(progress) {
    const [server, own] = [await testServer(SETTINGS), await testServer()];
    try {
      await query(server.url(), "create database shop");
      await query(own.url(), "create database store");
      const shop = connect({ ...CLIENT, url: server.url("shop") });
      await installSample(shop);
      await shop.close();
      progress("filling");
      await runClient("pgbench", ["--initialize", "--quiet", `--scale=${SCALE}`, server.url("shop")]);
      const file = join(own.dataDir, "..", "databases.yaml");
      await writeFile(file, `databases:\n  - { name: shop, url: "${server.url("shop")}", interval: 1s }\n`);
      const service = await startService({
        env: { DATABASE_URL: own.url("store"), DATABASES_FILE: file, LOG_LEVEL: "error" },
      });
      try {
        await new Client(service.url).watching(["shop"], 30_000);
        const [watcher] = await watching(server.url("shop"));
        const load = await startLoad(server.url("shop"), (2 * PAIRS * PHASE_MS) / 1000 + 5);
        const phases: Phase[] = [];
        const used = { server: 0, service: 0 };
        for (let nth = 0; nth < 2 * PAIRS; nth++) {
          progress(`phase ${nth + 1} of ${2 * PAIRS}`);
          // A B B A: both come first as often.
          const watched = nth % 4 === 1 || nth % 4 === 2;
          service.signal(watched ? "SIGCONT" : "SIGSTOP");
          await Bun.sleep(SETTLE_MS);
          const [from, server, own] = [
            Date.now(),
            await processorSeconds(watcher),
            await processorSeconds(service.pid),
          ];
          await Bun.sleep(PHASE_MS - SETTLE_MS);
          phases.push({ watched, from, to: Date.now() });
          if (!watched) continue;
          used.server += (await processorSeconds(watcher)) - server;
          used.service += (await processorSeconds(service.pid)) - own;
        }
        service.signal("SIGCONT");
        const seconds = await load.ended();
        const rates = phases.map((phase) => ({ ...phase, rate: rateIn(phase, seconds) }));
        const of = (watched: boolean) =>
          rates.filter((one) => one.watched === watched).map(({ rate }) => rate);
        const [bare, beside] = [of(false), of(true)];
        const half = (rest: number) => median(bare.filter((_, nth) => nth % 2 === rest));
        const share = (cpu: number) => (100_000 * cpu) / (PAIRS * (PHASE_MS - SETTLE_MS));
        return [
          {
            name: "pgbench, watched at 1 s, of its throughput without, median of pairs",
            value: 100 * median(beside.map((rate, nth) => rate / (bare[nth] ?? Number.NaN))),
            unit: "%",
            atLeast: 99,
          },
          {
            name: "every other phase without, of the other ones without: the noise",
            value: (100 * half(1)) / half(0),
            unit: "%",
          },
          { name: "pgbench without", value: median(bare), unit: "tps" },
          {
            name: "processor of the watched server that the watch takes",
            value: share(used.server),
            unit: "% of a core",
            atMost: 1,
          },
          {
            name: "processor of Schemawatch itself, on the same machine here",
            value: share(used.service),
            unit: "% of a core",
          },
        ];
      } finally {
        service.signal("SIGCONT");
        await service.stop();
      }
    } finally {
      await Promise.all([server.remove(), own.remove()]);
    }
  },
};

const CLIENT = { applicationName: "bench", maxConnections: 1, deadlineMs: 60_000 } as const;

async function query(url: string, text: string): Promise<void> {
  const client = connect({ ...CLIENT, url });
  await client.query(text);
  await client.close();
}

/** A stretch of the load, in milliseconds of the epoch, settled. */
interface Phase {
  readonly watched: boolean;
  readonly from: number;
  readonly to: number;
}

/** What pgbench said of a second: when it ended, in milliseconds of the epoch, and transactions a second. */
interface Second {
  readonly at: number;
  readonly rate: number;
}

/** The mean of the seconds that are wholly within a phase. */
function rateIn({ from, to }: Phase, seconds: readonly Second[]): number {
  const within = seconds.filter(({ at }) => at - 1000 >= from && at <= to).map(({ rate }) => rate);
  return within.reduce((sum, rate) => sum + rate, 0) / within.length;
}

/** Process IDs of the sessions that the watch has on a database. */
async function watching(url: string): Promise<[number]> {
  const client = connect({ ...CLIENT, url });
  const rows = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and application_name = 'schemawatch poller'",
  );
  await client.close();
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) throw new Error(`the watch has ${rows.length} sessions`);
  return [row.pid];
}

/** pgbench's own transactions for some seconds. */
async function startLoad(url: string, seconds: number): Promise<{ ended(): Promise<Second[]> }> {
  const { 18: newest } = await installations();
  const child = Bun.spawn(
    [
      join(newest, "bin", "pgbench"),
      ...[
        "--no-vacuum",
        "--client=4",
        "--jobs=1",
        "--progress=1",
        "--progress-timestamp",
        `--time=${seconds}`,
        url,
      ],
    ],
    { stdout: "ignore", stderr: "pipe" },
  );
  const said = new Response(child.stderr).text();
  return {
    async ended() {
      const text = await said;
      if ((await child.exited) !== 0) throw new Error(`pgbench failed: ${text.slice(-500)}`);
      return [...text.matchAll(/^progress: ([\d.]+) s, ([\d.]+) tps/gm)].map(([, at, rate]) => ({
        at: 1000 * Number(at),
        rate: Number(rate),
      }));
    },
  };
}
