import { rmSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "../../bootstrap.ts";
import type { Environment } from "../../lib/overlay.ts";
import { application } from "../client/argocd.ts";
import { backUp, putBackups, restore, takeBackups } from "../client/backup.ts";
import { script } from "../client/scripts.ts";
import type { ServiceApi } from "../client/service.ts";
import { psql, storeRows } from "../client/store.ts";
import type { ClusterFacts } from "../types.ts";
import { reportOf } from "./01-from-nothing.ts";
import { same, seconds } from "./framework/assert.ts";
import type { Scenario, World } from "./framework/scenario.ts";

const WATCHING_MS = 120_000;

/** The cluster is lost whole; git, the age key and the last backup bring it back. */
export const scenario: Scenario = {
  number: 10,
  title: "Disaster: the cluster is deleted; git, the age key and the last backup make it the same again",
  run: async (world) => {
    const dev = await world.environment("dev");
    const cluster = await world.cluster();
    await dev.api.watching(["shop"], WATCHING_MS);
    // Something that only the backup knows: a row, and a change with its report.
    const table = `orders_${Date.now().toString(36)}`;
    await reportOf(cluster, dev.api, "shop", table);
    await psql(cluster, "shop", `insert into ${table} values (1), (2), (3)`);
    const others = await othersOf(cluster);
    const before = await facts(cluster, dev.api, table);

    const backups = join(cluster.folder, "backups");
    rmSync(backups, { recursive: true, force: true });
    world.log(await backUp(cluster));
    await takeBackups(cluster, backups);

    const lost = performance.now();
    const made = await world.again();
    world.note(`deleted to dev Synced and Healthy: ${seconds(performance.now() - lost)}`);
    await putBackups(made, backups);
    for (const database of ["shop", "schemawatch"]) world.log(await restore(made, database));
    const again = await world.environment("dev");
    await again.api.watching(["shop"], WATCHING_MS);
    world.note(`deleted to restored and watching: ${seconds(performance.now() - lost)}`);

    same(await facts(made, again.api, table), before, "changes, runs and rows after the recovery");
    same(again.digest, dev.digest, "the image");
    const afterwards = await reportOf(made, again.api, "shop", `${table}_after`);
    world.note(`a change after the recovery has its report after ${seconds(afterwards)}`);
    await bringOthersBack(world, made, others);
  },
};

/** What must be the same again: all that people see of the past, and a watched database's rows. */
async function facts(cluster: ClusterFacts, api: ServiceApi, table: string): Promise<unknown> {
  const changes = await storeRows(
    cluster,
    "dev",
    `select count(*), max(id), md5(string_agg(id || found_at::text || summary || compatibility, '' order by id)) as hash
     from schemawatch.change`,
  );
  const runs = await storeRows(
    cluster,
    "dev",
    `select count(*), max(id), md5(string_agg(id || state || coalesce(report_markdown, ''), '' order by id)) as hash
     from schemawatch.run`,
  );
  const { items } = await api.ask<{ items: { name: string; state: string }[] }>("GET", "/databases");
  const rows = (await psql(cluster, "shop", `select count(*) from ${table}`)).trim();
  return { changes, runs, rows, databases: items.map(({ name, state }) => ({ name, state })) };
}

/** An environment beside dev that stands, and how many changes it knows. */
interface Other {
  readonly environment: Environment;
  readonly changes: unknown;
}

/** Their databases are outside of the cluster, with backups of their own. */
async function othersOf(cluster: ClusterFacts): Promise<readonly Other[]> {
  const others: Other[] = [];
  for (const environment of ["staging", "prod"] as const) {
    if ((await application(cluster, environment)) === undefined) continue;
    others.push({ environment, changes: await changesOf(cluster, environment) });
  }
  return others;
}

function changesOf(cluster: ClusterFacts, environment: Environment): Promise<unknown> {
  return storeRows(cluster, environment, "select count(*), max(id) from schemawatch.change");
}

async function bringOthersBack(world: World, cluster: ClusterFacts, others: readonly Other[]): Promise<void> {
  for (const { environment, changes } of others) {
    await script(cluster, bootstrap, ["--environment", environment, "--key", cluster.ageKeyFile]);
    await world.environment(environment);
    same(await changesOf(cluster, environment), changes, `the changes of ${environment}`);
    world.note(`${environment} is back, with its managed database`);
  }
}
