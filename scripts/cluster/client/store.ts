import { applicationName, type Environment } from "../../lib/overlay.ts";
import { managedUrl } from "../remote/managed-database.ts";
import type { ClusterFacts } from "../types.ts";
import { kubectl } from "./kubectl.ts";
import { ask } from "./sql.ts";

/** A statement as the superuser of dev's PostgreSQL, inside of its pod (docs/deploy.md, step 7); what psql printed. */
export function psql(cluster: ClusterFacts, database: string, statement: string): Promise<string> {
  const where = ["exec", "postgres-0", `--namespace=${applicationName("dev")}`, "--container=postgres"];
  const command = ["psql", "--username=postgres", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
  const strict = ["--set=ON_ERROR_STOP=1", `--dbname=${database}`, `--command=${statement}`];
  return kubectl(cluster, [...where, "--", ...command, ...strict]);
}

/** The rows of a query on an environment's store. */
export async function storeRows<T>(
  cluster: ClusterFacts,
  environment: Environment,
  query: string,
): Promise<T[]> {
  const text = `select coalesce(json_agg(row_to_json(answer)), '[]') as rows from (${query}) answer`;
  if (environment === "dev") return JSON.parse(await psql(cluster, "schemawatch", text)) as T[];
  const [row] = await ask<{ rows: T[] }>(managedUrl(cluster, `schemawatch_${environment}`), text);
  return row?.rows ?? [];
}

/** How a set of runs went: by their journal, so that what was lost or done twice shows. */
export interface RunCount {
  readonly runs: number;
  readonly succeeded: number;
  /** Steps that ended well more than once in one run. */
  readonly repeatedSteps: number;
  /** Different numbers of steps that these runs have; the same workflow has one. */
  readonly stepCounts: readonly number[];
}

/** Counts the runs of these ids in an environment's store. */
export async function countRuns(
  cluster: ClusterFacts,
  environment: Environment,
  ids: readonly number[],
): Promise<RunCount> {
  const among = `in (${ids.length === 0 ? "null" : ids.join(", ")})`;
  const [count] = await storeRows<RunCount>(
    cluster,
    environment,
    `select (select count(*) from schemawatch.run where id ${among}) as runs,
            (select count(*) from schemawatch.run where id ${among} and state = 'succeeded') as succeeded,
            (select count(*) from (
               select 1 from schemawatch.run_event
                where run_id ${among} and type = 'step' and state = 'succeeded'
                group by run_id, step having count(*) > 1) twice) as "repeatedSteps",
            (select coalesce(json_agg(distinct steps), '[]') from (
               select count(*) as steps from schemawatch.step
                where run_id ${among} and state = 'succeeded' group by run_id) counted) as "stepCounts"`,
  );
  return count ?? { runs: 0, succeeded: 0, repeatedSteps: 0, stepCounts: [] };
}
