import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { diffSnapshots } from "../catalog/diff.ts";
import { compileIgnore } from "../catalog/ignore.ts";
import { judge } from "../catalog/judge/judge.ts";
import type { Snapshot } from "../catalog/model.ts";
import { readSnapshot } from "../catalog/snapshot.ts";
import { AppError } from "../errors.ts";
import type { Sql } from "../postgres/types.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { applySampleChange } from "./changes.ts";
import { installSample } from "./install.ts";
import { SAMPLE_CHANGES } from "./statements.ts";

/** Starting a server takes long on a busy machine. */
const START = 60_000;

let database: TestDatabase;

async function press(times: number): Promise<string[]> {
  const titles: string[] = [];
  for (let n = 0; n < times; n++) titles.push((await applySampleChange(database.db)).title);
  return titles;
}

/** As a file would hold it: what was dropped and made anew is the same when it looks the same. */
async function look(): Promise<Snapshot> {
  const read = (tx: Sql) => readSnapshot(tx, { ignore: compileIgnore([]) });
  const { origin: _, ...file } = await database.db.transaction(read, { isolation: "repeatable read" });
  return file;
}

describe("installSample", () => {
  beforeEach(async () => {
    database = await testDatabase();
  }, START);
  afterEach(() => database.drop());

  test("fills an empty database, also when several do it at once, and leaves a filled one alone", async () => {
    await Promise.all([installSample(database.db), installSample(database.db), installSample(database.db)]);
    const [orders] = await database.db.query("select count(*)::int as n from public.orders");
    expect(orders).toEqual({ n: 500 });
    await database.db.query("drop table public.reviews");
    await installSample(database.db);
    const [reviews] = await database.db.query("select to_regclass('public.reviews') is null as gone");
    expect(reviews).toEqual({ gone: true });
  });

  test("every table has statistics", async () => {
    await installSample(database.db);
    const unknown = await database.db.query(
      "select oid::regclass::text from pg_class where relkind in ('r', 'm') and relnamespace in ('public'::regnamespace, 'stock'::regnamespace) and reltuples <= 0",
    );
    expect(unknown).toEqual([]);
  });
});

describe("applySampleChange", () => {
  beforeEach(async () => {
    database = await testDatabase({ template: "sample" });
  }, START);
  afterEach(() => database.drop());

  test("makes every change in order, takes each back in order, and begins again", async () => {
    const before = await look();
    const made = SAMPLE_CHANGES.map((change) => change.title);
    const undone = SAMPLE_CHANGES.map((change) => change.undoTitle);
    expect(await press(made.length)).toEqual(made);
    expect(await press(undone.length)).toEqual(undone);
    expect(diffSnapshots(before, await look())).toEqual([]);
    expect(await press(made.length + 1)).toEqual([...made, undone[0] as string]);
  });

  test("every press is a change that the judge knows; safe, risky and breaking ones come", async () => {
    const met = new Set<string>();
    let before = await look();
    for (const change of SAMPLE_CHANGES) {
      expect(await press(1)).toEqual([change.title]);
      const after = await look();
      const judged = judge(diffSnapshots(before, after), after);
      expect(judged.length).toBeGreaterThan(0);
      for (const { compatibility, rules } of judged) {
        expect(rules).not.toContain("unknown");
        met.add(compatibility);
      }
      before = after;
    }
    expect([...met].sort()).toEqual(["breaking", "risky", "safe"]);
  });

  test("passes over what a person made impossible", async () => {
    await database.db.query("drop table public.audit_log cascade");
    await database.db.query("alter table public.orders rename to purchases");
    await database.db.query("create view public.contacts as select phone from public.customers");
    const titles = await press(3 * SAMPLE_CHANGES.length);
    expect(titles).not.toContain("Widen the phone number");
    expect(titles).not.toContain("Add next year's partition of the audit log");
    expect(titles).toContain("Drop the table of gift cards");
    expect(titles.filter((title) => title === "Create a table of gift cards").length).toBeGreaterThan(1);
  });

  test("presses at the same time do not fail", async () => {
    const titles = await Promise.all([press(1), press(1), press(1)]);
    expect(titles).toHaveLength(3);
  });

  test("says so when nothing applies", async () => {
    await database.db.query("drop schema public cascade");
    await database.db.query("drop schema stock cascade");
    const failed = applySampleChange(database.db);
    await expect(failed).rejects.toBeInstanceOf(AppError);
    await expect(failed).rejects.toMatchObject({ code: "conflict" });
  });
});
