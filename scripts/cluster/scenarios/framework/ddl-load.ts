import { breaches } from "../../../../service/poller/testing-crash.ts";
import type { ServiceApi } from "../../client/service.ts";
import { psql, storeRows } from "../../client/store.ts";
import { waitFor } from "../../client/wait.ts";
import type { ClusterFacts } from "../../types.ts";
import { claim, same } from "./assert.ts";

/** Between two tables and between two triggers: a pace that a busy machine keeps beside everything else. */
const PAUSE_MS = 700;

/** Tables made in dev's shop, each by a statement of its own, and runs triggered, until `stop`. */
export interface DdlLoad {
  /** The schema of shop that the tables are in. */
  readonly schema: string;
  /** Makes no more; returns the ids of the runs that were accepted. */
  stop(): Promise<readonly number[]>;
}

/** Begins to make tables and to trigger runs. What fails because the database or the service is away is left. */
export async function startDdlLoad(cluster: ClusterFacts, api: ServiceApi, name: string): Promise<DdlLoad> {
  const schema = await newSchema(cluster, name);
  const accepted: number[] = [];
  let going = true;
  const loop = async (work: (n: number) => Promise<void>) => {
    for (let n = 1; going; n += 1) {
      // The harm of the scenario: what was not done or not accepted is not counted either.
      await work(n).catch(() => {});
      await Bun.sleep(PAUSE_MS);
    }
  };
  const loops = [
    loop(async (n) => {
      await psql(cluster, "shop", `create table ${schema}.made_${n} (id integer)`);
    }),
    loop(async () => {
      accepted.push(await api.trigger("shop"));
    }),
  ];
  return {
    schema,
    stop: async () => {
      going = false;
      await Promise.all(loops);
      return accepted;
    },
  };
}

/** Makes a schema in dev's shop whose name no earlier scenario had. */
export async function newSchema(cluster: ClusterFacts, name: string): Promise<string> {
  const schema = `${name}_${Date.now().toString(36)}`;
  await psql(cluster, "shop", `create schema ${schema}`);
  return schema;
}

/** What the load came to, when all of it is done. */
export interface Exact {
  readonly tables: number;
  readonly changes: number;
  readonly runs: number;
  /** Runs that were begun more than once, because their worker was ended. */
  readonly takenOver: number;
}

/**
 * Waits until everything that the load asked for is done, and counts: each table that is there was told as added exactly once,
 * each accepted run and each change's run succeeded exactly once, with each step done once and no event lost. The schema of
 * the load is dropped then.
 */
export async function expectExact(
  cluster: ClusterFacts,
  schema: string,
  accepted: readonly number[],
): Promise<Exact> {
  // The truth: what the database has, whatever became of each statement's answer.
  const text = await psql(
    cluster,
    "shop",
    `select coalesce(json_agg(relname order by relname), '[]') from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r'`,
  );
  const tables = JSON.parse(text) as string[];
  const told = () =>
    storeRows<{ identity: string; times: number }>(
      cluster,
      "dev",
      `select o.identity, count(*)::integer as times
       from schemawatch.change_object o
       join schemawatch.change c on c.id = o.change_id
       join schemawatch.database d on d.id = c.database_id and d.name = 'shop'
       where o.kind = 'table' and o.action = 'added' and o.identity like '${schema}.made\\_%'
       group by o.identity`,
    );
  await waitFor(`the ${tables.length} tables of ${schema} to be told`, 60_000, async () => {
    return (await told()).length >= tables.length;
  });
  await waitFor("every run to end", 60_000, async () => {
    const going = await storeRows(cluster, "dev", "select id from schemawatch.run where finished_at is null");
    return going.length === 0;
  });

  const expected = tables.map((name) => ({ identity: `${schema}.${name}`, times: 1 }));
  const byName = (a: { identity: string }, b: { identity: string }) => (a.identity < b.identity ? -1 : 1);
  same((await told()).sort(byName), expected.sort(byName), "tables told, with how often");
  same(
    await breaches({ query: (sql) => storeRows(cluster, "dev", sql) }),
    [],
    "breaches of the store's rules",
  );
  const [count] = await storeRows<Exact & { wrong: unknown[] }>(cluster, "dev", countSql(schema, accepted));
  claim(count !== undefined, "the store counts the runs");
  const { wrong, ...exact } = count;
  same(wrong, [], "accepted runs and runs of changes that did not succeed exactly once");
  await psql(cluster, "shop", `drop schema ${schema} cascade`);
  return { ...exact, tables: tables.length };
}

/** Counts the runs of the load, and lists those that are not whole: 5 steps, one end, every event. */
function countSql(schema: string, accepted: readonly number[]): string {
  return `
    with ours as (
      select distinct c.id from schemawatch.change c join schemawatch.change_object o on o.change_id = c.id
       where o.identity like '${schema}%'
    ), asked as (
      select unnest(array[${accepted.join(", ")}]::bigint[]) as id
       union select r.id from schemawatch.run r join ours on ours.id = r.change_id
    ), seen as (
      select asked.id, r.state, r.attempt, r.last_seq,
             (select count(*) from schemawatch.run_event e where e.run_id = asked.id) as events,
             (select count(*) from schemawatch.run_event e where e.run_id = asked.id and e.type = 'run'
                 and e.state in ('succeeded', 'failed', 'cancelled')) as ends,
             (select count(*) from schemawatch.run_event e where e.run_id = asked.id and e.type = 'step'
                 and e.state = 'succeeded') as steps,
             (select count(distinct step) from schemawatch.run_event e where e.run_id = asked.id and e.type = 'step'
                 and e.state = 'succeeded') as distinct_steps
        from asked left join schemawatch.run r on r.id = asked.id
    )
    select (select count(*) from ours) as changes, (select count(*) from seen) as runs,
           (select count(*) from seen where attempt > 1) as "takenOver",
           (select coalesce(json_agg(seen), '[]') from seen
             where state is distinct from 'succeeded' or ends <> 1 or events <> last_seq
                or steps <> distinct_steps or distinct_steps = 0) as wrong`;
}
