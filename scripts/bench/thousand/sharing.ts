import type { Database } from "../../../service/postgres/types.ts";
import { until } from "../../../service/testing/until.ts";
import type { Figure } from "../figures.ts";
import { end, startRole } from "./roles.ts";
import type { ManyDatabases } from "./server.ts";

const LATEST_MS = 120_000;

/** Three pollers that start together, and one of them killed. */
export async function measureSharing(
  server: ManyDatabases,
  store: Database,
  progress: (text: string) => void,
): Promise<Figure[]> {
  const all = server.names.length;
  const shares = async () => {
    const rows = await store.query<{ n: number }>(
      `select count(*)::integer as n from schemawatch.database
       where lease_until > clock_timestamp() group by lease_holder`,
      [],
    );
    const counts = rows.map(({ n }) => n);
    progress(`shares ${counts.join(", ")}`);
    return counts;
  };
  const isEven = (counts: readonly number[], pollers: number) =>
    counts.length === pollers &&
    counts.reduce((sum, n) => sum + n, 0) === all &&
    Math.max(...counts) - Math.min(...counts) <= 1;
  const evenAfter = async (begun: number, pollers: number) => {
    await until(`even shares of ${pollers}`, LATEST_MS, async () => isEven(await shares(), pollers));
    return (performance.now() - begun) / 1000;
  };
  const started = performance.now();
  const pollers = Array.from({ length: 3 }, () => startRole(server, "poller"));
  const even = await evenAfter(started, 3);
  const watched = async (begun: number) => {
    await until("all gates read", LATEST_MS, async () => {
      const [row] = await store.query<{ n: number }>(
        `select count(*)::integer as n from schemawatch.database
         where last_gate_at > clock_timestamp() - make_interval(secs => $1::float8)`,
        [(performance.now() - begun) / 1000],
      );
      progress(`gates read ${row?.n}`);
      return row?.n === all;
    });
    return (performance.now() - begun) / 1000;
  };
  const allRead = await watched(started);
  const [victim, ...others] = pollers;
  const killed = performance.now();
  victim?.signal("SIGKILL");
  const evenAgain = await evenAfter(killed, 2);
  const allReadAgain = await watched(killed);
  await Promise.all(others.map(end));
  return [
    { name: "three pollers, start to even shares", value: even, unit: "s", atMost: 10 },
    { name: "three pollers, start to every gate read", value: allRead, unit: "s" },
    { name: "one of three killed, to even shares of two", value: evenAgain, unit: "s", atMost: 5 },
    { name: "one of three killed, to every gate read", value: allReadAgain, unit: "s" },
  ];
}
