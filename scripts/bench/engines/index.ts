import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../../service/embedded/server.ts";
import { connect } from "../../../service/postgres/client.ts";
import { installSample } from "../../../service/sample/install.ts";
import { type Figure, median, percentile, type Scenario } from "../figures.ts";
import { alone } from "./alone.ts";
import type { Engine, Server } from "./engine.ts";
import { adapter, own } from "./own.ts";

const DATABASES = 10;
const TRIGGERS = 10;
const SUSTAINED_MS = 20_000;

/** The same small work (load the change, classify it, report) by each engine in turn, on one PostgreSQL with fsync on. */
export const engines: Scenario = {
  name: "engines",
  summary:
    "our own engine, Dagster by the adapter, and Dagster with a Flask page; needs Python; some 5 minutes",
  onlyByName: true,
  async run(progress) {
    const folder = await mkdtemp(join(tmpdir(), "schemawatch-bench-"));
    const server = await startEmbedded({ dataDir: join(folder, "postgres") });
    const admin = client(server.url("postgres"));
    try {
      const names = Array.from({ length: DATABASES }, (_, i) => `shop${i + 1}`);
      for (const name of names) {
        await admin.query(`create database ${name}`);
        const database = client(server.url(name));
        await installSample(database);
        await database.close();
      }
      const shared: Server = { url: (name) => server.url(name), admin, names };
      const figures: Figure[] = [];
      for (const start of [own, adapter, alone]) {
        progress("starting");
        const engine = await start(shared, folder);
        try {
          const own = await measure(engine, shared, (text) => progress(`${engine.name}: ${text}`));
          progress(own.map(({ name, value, unit }) => `${name} ${value.toFixed(1)} ${unit}`).join("; "));
          figures.push(...own);
        } finally {
          await engine.stop();
        }
      }
      return figures;
    } finally {
      await admin.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  engine: Engine,
  server: Server,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const databases = new Map(server.names.map((name) => [name, client(server.url(name))]));
  let changes = 0;
  const change = async (name: string) => {
    changes += 1;
    await databases
      .get(name)
      ?.query(`create table ${engine.name.replaceAll(/\W/g, "_")}_${changes} (id int)`);
  };
  const [first = ""] = server.names;
  try {
    // Not counted: what is made at the first run.
    progress("warming up");
    await change(first);
    await engine.once(first);
    const times: number[] = [];
    for (let nth = 0; nth < TRIGGERS; nth++) {
      progress(`trigger ${nth + 1} of ${TRIGGERS}`);
      await change(first);
      const begun = performance.now();
      await engine.once(first);
      times.push(performance.now() - begun);
    }
    const idle = engine.memory();

    progress("ten at once");
    await Promise.all(server.names.map(change));
    const begun = performance.now();
    await Promise.all(server.names.map((name) => engine.once(name)));
    const ten = performance.now() - begun;

    progress(`ten clients for ${SUSTAINED_MS / 1000} s`);
    let most = idle;
    const sampler = setInterval(() => {
      most = Math.max(most, engine.memory());
    }, 1000);
    const since = performance.now();
    let runs = 0;
    let failed = 0;
    const one = async (name: string) => {
      while (performance.now() - since < SUSTAINED_MS) {
        await change(name);
        // One that breaks under the load is a figure, not the end of the comparison.
        await engine.once(name).then(
          () => (runs += 1),
          () => (failed += 1),
        );
      }
    };
    await Promise.all(server.names.map(one)).finally(() => clearInterval(sampler));
    const minutes = (performance.now() - since) / 60_000;
    const figure = (name: string, value: number, unit: Figure["unit"]): Figure => ({
      name: `${engine.name}: ${name}`,
      value,
      unit,
    });
    return [
      figure("trigger to result, median", median(times), "ms"),
      figure("trigger to result, p95", percentile(times, 95), "ms"),
      figure("ten triggers at once on ten databases, all done", ten / 1000, "s"),
      figure("sustained, ten clients", runs / minutes, "runs/min"),
      figure("failed under ten clients", failed, "count"),
      figure("triggers answered by an error, pressed again", engine.repeated(), "count"),
      figure("memory between runs, without PostgreSQL", idle, "MiB"),
      figure("memory under ten clients, most", most, "MiB"),
    ];
  } finally {
    for (const database of databases.values()) await database.close();
  }
}

const client = (url: string) =>
  connect({ url, applicationName: "bench", maxConnections: 1, deadlineMs: 30_000 });
