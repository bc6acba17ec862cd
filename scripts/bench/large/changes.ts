import { testPoller, watched } from "../../../service/poller/testing.ts";
import { connect } from "../../../service/postgres/client.ts";
import { until } from "../../../service/testing/until.ts";
import { startWorker } from "../../../service/worker/start.ts";
import { workerContext } from "../../../service/worker/testing.ts";
import { largeTable } from "./schema.ts";
import type { LargeServer } from "./server.ts";
import { measureTapped } from "./tapped.ts";

/** Each is another kind of change, of another table. */
const STATEMENTS: readonly ((n: number) => string)[] = [
  (n) => `alter table ${largeTable(n)} add column bench_${n} integer`,
  (n) => `create index bench_index_${n} on ${largeTable(n)} (c2, parent_id)`,
  (n) => `comment on table ${largeTable(n)} is 'What the bench said at ${n}'`,
  (n) => `create table s0.bench_table_${n} (id bigint primary key, note text not null default '')`,
  (n) => `create view s0.bench_view_${n} as select id, c2 from ${largeTable(n)} where parent_id > ${n}`,
];

/** How long no look may come before the next statement, so that none of the one before is counted with it. */
const QUIET_MS = 1000;

/** What a store needs for a large database, and how long a change takes to it. */
export interface ChangeFigures {
  /** Seconds from wake-up to the change in the store, one for each kind of statement. */
  readonly seconds: readonly number[];
  /** Bytes of the store before it watched anything, with the first snapshot, and per change with its finished run. */
  readonly emptyBytes: number;
  readonly firstBytes: number;
  readonly changeBytes: number;
  /** Over how many changes that is the mean. */
  readonly counted: number;
  /** Seconds from commit to finished run with a tap. */
  readonly tapped: readonly number[];
}

/**
 * Watches the large database with a real poller: one statement at a time for its time, then up to `most` of them, one a
 * change, as many as there is time for, with a worker that runs each change's workflow, for what they leave in the store.
 */
export async function measureChanges(
  server: LargeServer,
  growing: { readonly most: number; readonly withinMs: number },
  progress: (text: string) => void,
): Promise<ChangeFigures> {
  const store = connect({
    url: server.url("store"),
    applicationName: "bench",
    maxConnections: 1,
    deadlineMs: 60_000,
  });
  const size = async () => {
    // As autovacuum would: what one look replaces, the next one uses again.
    await store.query("vacuum");
    const [row] = await store.query<{ size: string }>("select pg_database_size(current_database()) as size");
    return Number(row?.size);
  };
  const emptyBytes = await size();
  const entry = watched("large", server.url("large"));
  progress("the first look into the store");
  const poller = await testPoller(server.url("store"), [entry]);
  const looked = async () => {
    const [looks, seconds] = await Promise.all([
      poller.metrics.looks.get(),
      poller.metrics.lookSeconds.get(),
    ]);
    const sum = (values: readonly { value: number }[]) => values.reduce((all, { value }) => all + value, 0);
    return {
      all: sum(looks.values),
      changed: sum(looks.values.filter(({ labels }) => labels.outcome === "changed")),
      seconds: sum(seconds.values.filter(({ metricName }) => metricName?.endsWith("_sum"))),
    };
  };
  let n = 0;
  /** Seconds that the looks took, up to the one that stored the change. */
  const change = async () => {
    const before = await looked();
    // Its own session: the counters of one that goes on reach others late.
    const client = connect({
      url: entry.url,
      applicationName: "bench",
      maxConnections: 1,
      deadlineMs: 60_000,
    });
    const statement = STATEMENTS[n % STATEMENTS.length];
    if (statement) await client.query(statement(n));
    n += 1;
    await client.close();
    return until(`the change of statement ${n}`, 60_000, async () => {
      const now = await looked();
      return now.changed > before.changed && now.seconds - before.seconds;
    });
  };
  try {
    await until("the first look", 120_000, async () => (await looked()).all > 0);
    const firstBytes = await size();
    const seconds: number[] = [];
    while (seconds.length < STATEMENTS.length) {
      progress(`statement ${seconds.length + 1} of ${STATEMENTS.length}`);
      for (let seen = -1, now = 0; now !== seen; now = (await looked()).all) {
        seen = (await looked()).all;
        await Bun.sleep(QUIET_MS);
      }
      seconds.push(await change());
    }
    const { context, close } = await workerContext(server.url("store"), { watched: [entry] });
    const worker = await startWorker(context);
    try {
      const ended = () =>
        until("the runs to end", 60_000, async () => {
          const [row] = await store.query<{ waiting: string }>(
            "select count(*) as waiting from schemawatch.run where state in ('requested', 'queued', 'running')",
          );
          return row?.waiting === "0";
        });
      await ended();
      const begunBytes = await size();
      let counted = 0;
      for (
        const end = performance.now() + growing.withinMs;
        counted < growing.most && performance.now() < end;
        counted++
      ) {
        progress(`change ${counted + 1} of at most ${growing.most}`);
        await change();
      }
      await ended();
      const changeBytes = ((await size()) - begunBytes) / counted;
      const tapped = await measureTapped(store, entry.url, progress);
      return { seconds, emptyBytes, firstBytes, changeBytes, counted, tapped };
    } finally {
      await worker.stop(5000);
      await close();
    }
  } finally {
    await poller.stop();
    await store.close();
  }
}
