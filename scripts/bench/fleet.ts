import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../service/embedded/server.ts";
import { connect } from "../../service/postgres/client.ts";
import { installSample } from "../../service/sample/install.ts";
import { startService, type TestService } from "../../service/testing/service.ts";

export interface Fleet {
  readonly service: TestService;
  readonly names: readonly string[];
  /** The URL of a database on the server that holds the store and the fleet. */
  url(database: string): string;
  stop(): Promise<void>;
}

/** The service with an external store and `count` watched copies of the sample shop at 1 s, all on one real server with fsync on. */
export async function startFleet(count: number): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), "schemawatch-bench-"));
  const server = await startEmbedded({ dataDir: join(folder, "postgres") });
  const client = (database: string) =>
    connect({ url: server.url(database), applicationName: "bench", maxConnections: 1, deadlineMs: 30_000 });
  const admin = client("postgres");
  const names = Array.from({ length: count }, (_, i) => `shop${i + 1}`);
  await admin.query("create database store");
  for (const name of names) {
    await admin.query(`create database ${name}`);
    const database = client(name);
    await installSample(database);
    await database.close();
  }
  await admin.close();
  const file = join(folder, "databases.yaml");
  const entries = names.map((name) => `  - { name: ${name}, url: "${server.url(name)}", interval: 1s }`);
  await writeFile(file, `databases:\n${entries.join("\n")}\n`);
  const service = await startService({
    env: { DATABASE_URL: server.url("store"), DATABASES_FILE: file, LOG_LEVEL: "warn" },
  });
  return {
    service,
    names,
    url: (database) => server.url(database),
    async stop() {
      await service.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
