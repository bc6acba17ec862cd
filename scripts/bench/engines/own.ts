import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestDagster, testDagster } from "../../../service/testing/dagster.ts";
import { startService } from "../../../service/testing/service.ts";
import { Client } from "../client.ts";
import { type Engine, resident, type Server } from "./engine.ts";

const EXAMPLE = join(import.meta.dir, "../../../tools/dagster-example/example.py");

/** Schemawatch, all roles in one process; with a Dagster, each change goes through the example's job there. */
async function schemawatch(
  name: string,
  server: Server,
  folder: string,
  dagster: TestDagster | null,
): Promise<Engine> {
  const store = `store_${name}`;
  await server.admin.query(`create database ${store}`);
  const entries = server.names.map((one) => ({
    name: one,
    url: server.url(one),
    // A look is taken when it is asked for, not a moment before.
    interval: "1h",
    exactEvery: "24h",
    ...(dagster ? { engine: "dagster" } : {}),
  }));
  const target = dagster && { url: dagster.url, location: "jobs", job: "process_schema_change" };
  const file = join(folder, `${name}.yaml`);
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ ...(target ? { dagster: target } : {}), databases: entries }));
  const service = await startService({
    env: { DATABASE_URL: server.url(store), DATABASES_FILE: file, LOG_LEVEL: "warn", CONCURRENCY: "10" },
  });
  const client = new Client(service.url);
  await client.watching(server.names, 60_000);
  return {
    name: dagster ? "Dagster by the adapter" : "our own engine",
    async once(database) {
      const run = await client.trigger(database);
      await client.finished(run);
      const { changeId, report } = await client.run(run);
      if (changeId === null) throw new Error(`run ${run} saw no change`);
      if (dagster && !report?.markdown.includes(dagster.url))
        throw new Error(`run ${run} was not handed over`);
    },
    // The client takes no error for an answer.
    repeated: () => 0,
    memory: () =>
      resident((pid, group) => pid === service.pid || (dagster?.groups().includes(group) ?? false)),
    async stop() {
      await service.stop();
      await dagster?.remove();
    },
  };
}

export const own = (server: Server, folder: string) => schemawatch("own", server, folder, null);

export async function adapter(server: Server, folder: string): Promise<Engine> {
  await server.admin.query("create database dagster_adapter");
  const dagster = await testDagster({ storage: server.url("dagster_adapter"), code: EXAMPLE });
  try {
    return await schemawatch("adapter", server, folder, dagster);
  } catch (error) {
    await dagster.remove();
    throw error;
  }
}
