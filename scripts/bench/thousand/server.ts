import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../service/postgres/client.ts";
import type { Database } from "../../../service/postgres/types.ts";
import { installSample } from "../../../service/sample/install.ts";
import { testServer } from "../../../service/testing/server.ts";

/** A server with many databases, with the list that watches them and an empty store. */
export interface ManyDatabases {
  readonly names: readonly string[];
  /** The path of their databases.yaml, at 5 s. */
  readonly file: string;
  url(database: string): string;
  /** A client of a database on it. */
  client(database: string): Database;
  remove(): Promise<void>;
}

/** Makes `count` copies of the sample shop on one server, which takes a minute for 1,000 and 8 MB of disk for each. */
export async function startMany(count: number, progress: (text: string) => void): Promise<ManyDatabases> {
  const folder = await mkdtemp(join(tmpdir(), "schemawatch-bench-"));
  const server = await testServer({ max_connections: "300", shared_buffers: "256MB" });
  const client = (database: string) =>
    connect({ url: server.url(database), applicationName: "bench", maxConnections: 4, deadlineMs: 120_000 });
  const names = Array.from({ length: count }, (_, nth) => `shop${nth + 1}`);
  const admin = client("postgres");
  await admin.query("create database store");
  await admin.query("create database shop");
  const shop = client("shop");
  await installSample(shop);
  await shop.close();
  for (const [nth, name] of names.entries()) {
    if (nth % 50 === 0) progress(`making databases, ${nth} of ${count}`);
    await admin.query(`create database ${name} template shop`);
  }
  await admin.close();
  const file = join(folder, "databases.yaml");
  const entries = names.map((name) => `  - { name: ${name}, url: "${server.url(name)}", interval: 5s }`);
  await writeFile(file, `databases:\n${entries.join("\n")}\n`);
  return {
    names,
    file,
    url: (database) => server.url(database),
    client,
    async remove() {
      await server.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
