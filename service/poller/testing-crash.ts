import { fileURLToPath } from "node:url";
import { compileIgnore } from "../catalog/ignore.ts";
import { compareObjects } from "../catalog/model.ts";
import { readSnapshot } from "../catalog/snapshot.ts";
import type { WatchedDatabase } from "../config/types.ts";
import type { Database, Sql } from "../postgres/types.ts";
import { readWatchState } from "../store/snapshots.ts";

const ENTRY = fileURLToPath(new URL("./testing-process.ts", import.meta.url));

export interface PollerProcess {
  readonly pid: number;
  /** SIGSTOP, SIGCONT, SIGTERM or SIGKILL; the last two wait for the end. */
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts a poller as a child process, with at most so many sessions on a server; resolves when it holds its first leases. */
export async function spawnPoller(
  store: string,
  databases: readonly WatchedDatabase[],
  sessions?: number,
): Promise<PollerProcess> {
  const child = Bun.spawn([process.execPath, ENTRY, JSON.stringify({ store, databases, sessions })], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = await child.stdout.getReader().read();
  if (!said.value) throw new Error(`the poller ended with status ${await child.exited}`);
  return {
    pid: child.pid,
    async signal(name) {
      child.kill(name);
      if (name === "SIGKILL" || name === "SIGTERM") await child.exited;
    },
  };
}

/** What must hold in a store at any moment, whoever was killed when: each entry names a breach. Expected empty. */
export async function breaches(store: Sql): Promise<unknown[]> {
  return store.query(
    `select 'an object has two contents at once' as breach, a.identity as what
     from schemawatch.snapshot_object a
     join schemawatch.snapshot_object b
       on b.database_id = a.database_id and b.kind = a.kind and b.identity = a.identity and b.ctid <> a.ctid
      and a.first_snapshot >= b.first_snapshot and (b.last_snapshot is null or a.first_snapshot < b.last_snapshot)
     union all
     select 'a change does not begin where the one before ended', c.id::text
     from (
       select id, before_snapshot, after_snapshot, database_id,
              (select max(s.id) from schemawatch.snapshot s where s.database_id = c.database_id and s.id < c.after_snapshot) as previous
       from schemawatch.change c
     ) c
     where c.before_snapshot is distinct from c.previous
     union all
     select 'a change has not exactly one run', c.id::text
     from schemawatch.change c
     where (select count(*) from schemawatch.run r where r.change_id = c.id) <> 1
     union all
     select 'a change without objects', c.id::text
     from schemawatch.change c
     where not exists (select from schemawatch.change_object o where o.change_id = c.id)
     union all
     select 'a queued run has not exactly one job', r.id::text
     from schemawatch.run r
     where r.state = 'queued' and (select count(*) from pgboss.job j where j.data ->> 'run' = r.id::text) <> 1
     union all
     select 'a job without a queued run', j.id::text
     from pgboss.job j
     where j.name = 'process-schema-change'
       and not exists (select from schemawatch.run r where r.job_id = j.id and r.state = 'queued')
     union all
     select 'a queued run without a look', r.id::text from schemawatch.run r where r.state = 'queued' and r.look is null
     union all
     select 'the watch state does not show the newest snapshot', d.name
     from schemawatch.database d
     where d.snapshot_id is distinct from (select max(id) from schemawatch.snapshot s where s.database_id = d.id)
     union all
     select 'the watch state does not show the newest change', d.name
     from schemawatch.database d
     where d.last_change_id is distinct from (select max(id) from schemawatch.change c where c.database_id = d.id)`,
    [],
  );
}

/** Whether the store's current snapshot is the schema as it is now. */
export async function isUpToDate(store: Database, databaseId: number, watched: Database): Promise<boolean> {
  const { stored } = await readWatchState(store, databaseId);
  const now = await watched.transaction((tx) => readSnapshot(tx, { ignore: compileIgnore([]) }), {
    readOnly: true,
    isolation: "repeatable read",
  });
  const objects = [...(stored?.snapshot?.objects ?? [])].sort(compareObjects);
  return Bun.deepEquals(objects, [...now.objects]);
}
