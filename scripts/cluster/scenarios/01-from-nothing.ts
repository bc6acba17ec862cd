import { applicationName } from "../../lib/overlay.ts";
import { untilAt } from "../client/argocd.ts";
import { pageUrl, ServiceApi } from "../client/service.ts";
import { psql } from "../client/store.ts";
import { waitFor } from "../client/wait.ts";
import type { ClusterFacts } from "../types.ts";
import { claim, seconds } from "./framework/assert.ts";
import { head } from "./framework/environment.ts";
import type { Scenario } from "./framework/scenario.ts";

interface Listed {
  readonly items: readonly {
    readonly id: number;
    readonly changeId: number | null;
    readonly state: string;
  }[];
}

/** From an empty machine to a report: docs/deploy.md, steps 2 to 7. */
export const scenario: Scenario = {
  number: 1,
  title: "From nothing: bootstrap, dev, the page, and a report of a DDL statement",
  run: async (world) => {
    const start = performance.now();
    const cluster = await world.fresh();
    world.note(`nothing to dev Synced and Healthy: ${seconds(performance.now() - start)}`);
    await untilAt(cluster, "dev", await head(cluster), 60_000);

    const url = await pageUrl(cluster, "dev");
    const page = await fetch(`${url}/login`);
    claim(page.ok && (await page.text()).includes("<html"), `the page answers at ${url}`);
    const api = await ServiceApi.of(cluster, "dev");
    await api.watching(["shop"], 60_000);
    world.note(`DDL to finished run: ${seconds(await reportOf(cluster, api, "shop", "from_nothing"))}`);
  },
};

/** Makes a table in a database of dev and waits for the finished run with its report; how long that took, in ms. */
export async function reportOf(
  cluster: ClusterFacts,
  api: ServiceApi,
  database: string,
  table: string,
): Promise<number> {
  await psql(cluster, database, `drop table if exists ${table}`);
  await api.watching([database], 60_000);
  const known = new Set((await listRuns(api, database)).map(({ id }) => id));
  const start = performance.now();
  await psql(cluster, database, `create table ${table} (id integer primary key)`);
  const done = await waitFor(`a report about ${table} in ${applicationName("dev")}`, 60_000, async () => {
    for (const { id, changeId, state } of await listRuns(api, database)) {
      if (known.has(id) || changeId === null || state !== "succeeded") continue;
      const run = await api.run(id);
      if (run.report?.markdown.includes(table)) return run;
    }
    return undefined;
  });
  claim(done.error === null && done.report !== null, `run ${done.id} ends well with its report`);
  return performance.now() - start;
}

async function listRuns(api: ServiceApi, database: string): Promise<Listed["items"]> {
  return (await api.ask<Listed>("GET", `/runs?database=${database}&limit=20`)).items;
}
