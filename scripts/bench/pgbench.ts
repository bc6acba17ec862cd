import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../../service/postgres/client.ts";
import { installSample } from "../../service/sample/install.ts";
import { runClient } from "../../service/testing/clients.ts";
import { testServer } from "../../service/testing/server.ts";
import { startService } from "../../service/testing/service.ts";
import { Client } from "./client.ts";
import { median, type Scenario } from "./figures.ts";

/** Each with one run that is watched and one that is not, in turns which comes first, so that a drift of the machine meets both. */
const PAIRS = 12;
const RUN_S = 8;
/** A service that was stopped takes its leases again and looks once; that is not what a second of watching costs. */
const SETTLE_MS = 3000;
/** 1.6 million rows, 250 MB: in memory, as then the least part of a transaction is waiting for the disk. */
const SCALE = 16;

/** A server as `initdb` makes it, but for the memory. */
const SETTINGS = {
  shared_buffers: "512MB",
  max_wal_size: "4GB",
  fsync: "on",
  synchronous_commit: "off",
  full_page_writes: "on",
  autovacuum: "on",
  jit: "on",
};

/** What users of a watched database lose: pgbench's own transactions, on the database that is looked at once a second. */
export const pgbench: Scenario = {
  name: "pgbench",
  summary: `pgbench beside the watch, ${PAIRS} pairs of ${RUN_S} s`,
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
        const throughput = async (watched: boolean) => {
          service.signal(watched ? "SIGCONT" : "SIGSTOP");
          await Bun.sleep(SETTLE_MS);
          return transactions(server.url("shop"));
        };
        await throughput(true);
        const [bare, beside]: [number[], number[]] = [[], []];
        for (let pair = 0; pair < PAIRS; pair++) {
          progress(`pair ${pair + 1} of ${PAIRS}`);
          for (const watched of pair % 2 === 0 ? [false, true] : [true, false])
            (watched ? beside : bare).push(await throughput(watched));
        }
        service.signal("SIGCONT");
        const [odd, even] = [0, 1].map((rest) => median(bare.filter((_, nth) => nth % 2 === rest)));
        return [
          {
            name: "pgbench, watched at 1 s, of its throughput without, median of pairs",
            value: 100 * median(beside.map((tps, nth) => tps / (bare[nth] ?? Number.NaN))),
            unit: "%",
            atLeast: 99,
          },
          { name: "the same, median of all", value: (100 * median(beside)) / median(bare), unit: "%" },
          {
            name: "two halves of the runs without, one of the other",
            value: (100 * (even ?? 0)) / (odd ?? 0),
            unit: "%",
          },
          { name: "pgbench without", value: median(bare), unit: "tps" },
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

/** Transactions a second of one run. */
async function transactions(url: string): Promise<number> {
  const said = await runClient("pgbench", ["--no-vacuum", "--client=4", "--jobs=1", `--time=${RUN_S}`, url]);
  const found = /^tps = ([\d.]+)/m.exec(said);
  if (found === null) throw new Error(`pgbench said no throughput: ${said}`);
  return Number(found[1]);
}
