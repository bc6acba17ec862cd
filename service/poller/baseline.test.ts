import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileIgnore } from "../catalog/ignore.ts";
import { readSnapshot } from "../catalog/snapshot.ts";
import { formatSnapshot } from "../catalog/text.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

setDefaultTimeout(60_000);

let store: TestDatabase;
let shop: TestDatabase;
let folder: string;
let file: string;
let poller: TestPoller | undefined;

beforeEach(async () => {
  [store, shop] = await Promise.all([
    testDatabase({ template: "store" }),
    testDatabase({ template: "sample" }),
  ]);
  folder = await mkdtemp(join(tmpdir(), "schemawatch-baseline-"));
  file = join(folder, "shop.schema");
});
afterEach(async () => {
  await poller?.stop();
  poller = undefined;
  await Promise.all([store.drop(), shop.drop(), rm(folder, { recursive: true })]);
});

async function approve(path = file): Promise<void> {
  const snapshot = await shop.db.transaction((tx) => readSnapshot(tx, { ignore: compileIgnore([]) }), {
    readOnly: true,
    isolation: "repeatable read",
  });
  await writeFile(path, formatSnapshot(snapshot));
}

interface Row {
  state: string;
  reason: string | null;
  hash: string | null;
  count: number;
  drift: { action: string; kind: string; identity: string; compatibility: string }[];
}

function standing(state: string): Promise<Row> {
  return until(state, 8000, async () => {
    const [row] = await store.db.query<Row>(
      `select baseline_state as state, baseline_reason as reason, baseline_hash as hash, drift_count as count, drift
       from schemawatch.database where state = 'watching'`,
      [],
    );
    return row?.state === state && row;
  });
}

function watch(more: { ignore?: string[]; baseline?: string | null } = {}) {
  return [watched("shop", shop.url, { baseline: file, ...more })];
}

test("synced, drifted by a change, and synced again when the baseline approves it", async () => {
  await approve();
  poller = await testPoller(store.url, watch());
  const synced = await standing("synced");
  expect(synced).toMatchObject({ reason: null, count: 0, drift: [] });
  expect(synced.hash).toBeString();
  await shop.db.query("alter table public.customers add column nickname text", []);
  expect(await standing("drifted")).toMatchObject({
    count: 1,
    hash: synced.hash,
    drift: [
      { action: "added", kind: "column", identity: "public.customers.nickname", compatibility: "safe" },
    ],
  });
  await approve();
  expect((await standing("synced")).hash).not.toBe(synced.hash);
});

test("a baseline that changed while nothing ran counts at the next start", async () => {
  await approve();
  poller = await testPoller(store.url, watch());
  await standing("synced");
  await poller.stop();
  await shop.db.query("alter table public.customers add column nickname text", []);
  await approve();
  await shop.db.query("alter table public.customers drop column nickname", []);
  poller = await testPoller(store.url, watch());
  expect(await standing("drifted")).toMatchObject({ drift: [{ action: "removed", kind: "column" }] });
});

test("a missing, a broken and no baseline are told as such", async () => {
  poller = await testPoller(store.url, watch());
  expect((await standing("unreadable")).reason).toContain("there is no such file");
  await writeFile(file, "this is no snapshot\n");
  await until("the other reason", 5000, async () =>
    ((await standing("unreadable")).reason ?? "").includes(`${file}:1`),
  );
  await approve();
  await standing("synced");
  poller.list(watch({ baseline: null }));
  expect(await standing("none")).toMatchObject({ reason: null, hash: null, count: 0 });
});

test("a link that is switched to another file is another baseline", async () => {
  await approve(join(folder, "one"));
  await shop.db.query("alter table public.customers add column nickname text", []);
  await approve(join(folder, "two"));
  await symlink(join(folder, "one"), file);
  poller = await testPoller(store.url, watch());
  await standing("drifted");
  await unlink(file);
  await symlink(join(folder, "two"), file);
  await standing("synced");
});

test("what is ignored counts on neither side", async () => {
  await approve();
  await shop.db.query("drop table public.reviews cascade; create table public.tmp_1 (id int)");
  poller = await testPoller(store.url, watch({ ignore: ["public.reviews*", "public.tmp_*"] }));
  const row = await until("a standing", 8000, async () => {
    const [found] = await store.db.query<{ state: string; drift: object[] }>(
      "select baseline_state as state, drift from schemawatch.database where state = 'watching'",
      [],
    );
    return found && found.state !== "none" && found;
  });
  expect(
    row.drift.filter((one) => /reviews|tmp_1/.test(String((one as { identity?: string }).identity))),
  ).toEqual([]);
});
