import { afterAll, beforeAll, expect, test } from "bun:test";
import { run } from "../commands/testing.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { seedChange, seedDatabase, seedEvents, seedRun } from "./read/testing.ts";
import { removeHistory } from "./retention.ts";

let own: TestDatabase;
beforeAll(async () => {
  own = await testDatabase({ template: "store" });
});
afterAll(() => own.drop());

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

/** One object's three versions in three snapshots, 200, 100 and 1 days old, each with its change and run but the first. */
async function history(name: string) {
  const id = await seedDatabase(own.db, name);
  const snapshots: number[] = [];
  const changes: number[] = [];
  for (const days of [200, 100, 1]) {
    const change = await seedChange(own.db, id, { hoursAgo: days * 24 });
    const [row] = await own.db.query<{ id: number }>(
      "update schemawatch.snapshot set taken_at = $2 where id = (select max(id) from schemawatch.snapshot where database_id = $1) returning id::integer",
      [id, daysAgo(days)],
    );
    snapshots.push(row?.id ?? 0);
    changes.push(change);
    const one = await seedRun(own.db, id, "succeeded", { change_id: change, requested_at: daysAgo(days) });
    await seedEvents(own.db, one, ["a", "b"]);
  }
  for (const [index, first] of snapshots.entries()) {
    await own.db.query(
      "insert into schemawatch.object values (convert_to($1, 'utf8'), '[]'::json) on conflict do nothing",
      [`${name}${index}`],
    );
    await own.db.query(
      "insert into schemawatch.snapshot_object values ($1, 'table', 'public.t', null, null, convert_to($2, 'utf8'), $3, $4)",
      [id, `${name}${index}`, first, snapshots[index + 1] ?? null],
    );
  }
  await own.db.query("update schemawatch.database set snapshot_id = $2, last_change_id = $3 where id = $1", [
    id,
    snapshots.at(-1),
    changes.at(-1),
  ]);
  return { id, snapshots, changes };
}

const left = async (table: string, id: number) =>
  (
    await own.db.query<{ id: number }>(
      `select id::integer from schemawatch.${table} where database_id = $1 order by id`,
      [id],
    )
  ).map((row) => row.id);

test("what is older goes with all that only it told of, and what is needed stays", async () => {
  const { id, snapshots, changes } = await history("shop");
  const open = await seedRun(own.db, id, "running", { requested_at: daysAgo(300) });
  const removed = await removeHistory(own.db, daysAgo(90));
  expect(removed).toEqual({ runs: 2, changes: 2, snapshots: 2, contents: 2 });
  expect(await left("change", id)).toEqual(changes.slice(2));
  expect(await left("snapshot", id)).toEqual(snapshots.slice(2));
  expect(await left("run", id)).toContain(open);
  const [objects] = await own.db.query<{ hashes: string[] }>(
    "select array_agg(convert_from(hash, 'utf8')) as hashes from schemawatch.snapshot_object where database_id = $1",
    [id],
  );
  expect(objects?.hashes).toEqual(["shop2"]);
  expect(await removeHistory(own.db, daysAgo(90))).toEqual({
    runs: 0,
    changes: 0,
    snapshots: 0,
    contents: 0,
  });
});

test("a database's current snapshot and last change stay, however old they are", async () => {
  const { id, snapshots, changes } = await history("old");
  await removeHistory(own.db, new Date());
  expect(await left("change", id)).toEqual(changes.slice(2));
  expect(await left("snapshot", id)).toEqual(snapshots.slice(2));
});

test("the command removes, says so, and refuses days that cannot be", async () => {
  await history("cli");
  const env = { DATABASE_URL: own.url };
  const { status, out } = await run(["retention", "--days", "150", "--json"], { env });
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ removed: { runs: 1, changes: 1, snapshots: 1 } });
  for (const args of [[], ["--days", "0"], ["--days", "many"]]) {
    expect(await run(["retention", ...args], { env })).toMatchObject({
      status: 2,
      err: expect.stringContaining("--days"),
    });
  }
});
