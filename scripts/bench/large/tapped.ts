import { connect } from "../../../service/postgres/client.ts";
import type { Database } from "../../../service/postgres/types.ts";
import { installTap } from "../../../service/tap/tap.ts";
import { until } from "../../../service/testing/until.ts";
import { largeTable } from "./schema.ts";

const STATEMENTS = 10;
/** Between two of them: what the one before left to do is done. */
const PAUSE_MS = 3000;

/** Seconds from each statement's commit to the end of its run, with a tap; a poller and a worker are at work on the store. */
export async function measureTapped(
  store: Database,
  url: string,
  progress: (text: string) => void,
): Promise<number[]> {
  const db = connect({ url, applicationName: "bench", maxConnections: 1, deadlineMs: 60_000 });
  await installTap(db, []);
  await until("the tap to be heard", 60_000, async () => {
    const [row] = await store.query<{ heard: boolean | null }>(
      "select (tap ->> 'listening')::boolean as heard from schemawatch.database",
      [],
    );
    return row?.heard === true;
  });
  const seconds: number[] = [];
  for (let n = 0; n < STATEMENTS; n++) {
    progress(`statement ${n + 1} of ${STATEMENTS} with the tap`);
    await Bun.sleep(PAUSE_MS);
    const [newest] = await store.query<{ id: string }>(
      "select coalesce(max(id), 0)::text as id from schemawatch.change",
      [],
    );
    await db.query(`alter table ${largeTable(n)} add column tapped_${n} integer`);
    const committed = performance.now();
    await until("the finished run", 60_000, async () => {
      const rows = await store.query(
        "select from schemawatch.run where change_id > $1 and state = 'succeeded'",
        [newest?.id],
      );
      return rows.length > 0;
    });
    seconds.push((performance.now() - committed) / 1000);
  }
  await db.close();
  return seconds;
}
