import type { Database } from "../../../service/postgres/types.ts";
import { rerun } from "../../../service/store/runs.ts";
import { until } from "../../../service/testing/until.ts";
import type { Figure } from "../figures.ts";
import { end, startRole } from "./roles.ts";
import type { ManyDatabases } from "./server.ts";

const PROCESSES = [1, 2, 4] as const;
/** Runs of each changed database. */
const ROUNDS = 5;

/** How many runs a minute so many worker processes end, of those that the changes before left. */
export async function measureWorkers(
  server: ManyDatabases,
  store: Database,
  progress: (text: string) => void,
): Promise<Figure[]> {
  const ended = await store.query<{ id: string }>(
    "select id::text from schemawatch.run where state = 'succeeded' and change_id is not null and cause = 'change'",
    [],
  );
  const figures: Figure[] = [];
  for (const processes of PROCESSES) {
    progress(`${processes} workers: queueing`);
    const ids: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ids.push(...(await Promise.all(ended.map(({ id }) => rerun(store, id)))).map(({ id }) => id));
    }
    progress(`${processes} workers: working`);
    const workers = Array.from({ length: processes }, () => startRole(server, "worker"));
    const seconds = await until(`${ids.length} runs to end`, 120_000, async () => {
      await Bun.sleep(100);
      const [row] = await store.query<{ left: number; seconds: number }>(
        `select count(*) filter (where finished_at is null)::integer as left,
                extract(epoch from max(finished_at) - min(started_at))::float8 as seconds
         from schemawatch.run where id = any ($1::bigint[])`,
        [ids],
      );
      return row?.left === 0 && row.seconds;
    });
    await Promise.all(workers.map(end));
    figures.push({
      name: `runs ended by ${processes} ${processes === 1 ? "worker" : "workers"}`,
      value: (ids.length / seconds) * 60,
      unit: "runs/min",
    });
  }
  return figures;
}
