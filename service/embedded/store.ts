import { join } from "node:path";
import type { Config } from "../config/types.ts";
import type { Logger } from "../log.ts";
import { connect } from "../postgres/client.ts";
import { installSample } from "../sample/install.ts";
import { guard } from "./guard.ts";
import { startEmbedded } from "./server.ts";

/** The databases on the embedded server: Schemawatch's own, and the sample to watch. */
const STORE = "schemawatch";
const SAMPLE = "shop";

/** A first start makes the sample's few hundred rows; a slow disk may take its time. */
const DEADLINE_MS = 30_000;

export interface EmbeddedStore {
  readonly storeUrl: string;
  /** Null when databases of one's own are watched. */
  readonly sampleUrl: string | null;
  readonly stop: () => Promise<void>;
}

/** Starts the embedded server with an empty or kept store and, where nothing else is to be watched, the sample. */
export async function startEmbeddedStore(
  config: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<EmbeddedStore> {
  const options = { dataDir: join(config.dataDir, "postgres"), log, signal };
  const server = await startEmbedded(options);
  const wanted = config.watch.from === "sample" ? [STORE, SAMPLE] : [STORE];
  const client = (database: string) =>
    connect({
      url: server.url(database),
      applicationName: "schemawatch set-up",
      maxConnections: 1,
      deadlineMs: DEADLINE_MS,
    });
  try {
    const admin = client("postgres");
    try {
      const present = await admin.query<{ datname: string }>("select datname from pg_database");
      const names = new Set(present.map((row) => row.datname));
      for (const name of wanted) if (!names.has(name)) await admin.query(`create database ${name}`);
    } finally {
      await admin.close();
    }
    if (wanted.includes(SAMPLE)) {
      const sample = client(SAMPLE);
      await installSample(sample).finally(() => sample.close());
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { stop } = guard(server, options);
  return {
    storeUrl: server.url(STORE),
    sampleUrl: wanted.includes(SAMPLE) ? server.url(SAMPLE) : null,
    stop,
  };
}
