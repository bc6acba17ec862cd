import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Sql } from "../../postgres/types.ts";
import { MAJORS, type Major } from "../../testing/majors.ts";
import { type TestDatabase, testDatabase } from "../../testing/postgres.ts";
import { tablespaceFolder } from "../../testing/tablespace.ts";
import type { LockMode, ObjectChange } from "../change.ts";
import { diffSnapshots } from "../diff.ts";
import { compileIgnore } from "../ignore.ts";
import type { Snapshot } from "../model.ts";
import { readSnapshot } from "../snapshot.ts";
import { BREAKS, UNSHOWN } from "./breaking.ts";
import type { Example } from "./example.ts";
import { EXAMPLES } from "./examples.ts";
import { judge, RULES } from "./judge.ts";
import base from "./verify.sql" with { type: "text" };

/** Each table that is scanned has at least this many rows. */
const ROWS = 100;
const WATCH_ALL = { ignore: compileIgnore([]) };

/** Starting a server takes long on a busy machine. */
const START = 60_000;

/** A database that holds what the examples change. */
interface Ground {
  readonly database: TestDatabase;
  readonly before: Snapshot;
}

async function prepare(major: Major): Promise<Ground> {
  const database = await testDatabase({ major });
  const { db } = database;
  await db.query("create role judge_somebody");
  await db.query(`create tablespace elsewhere location '${await tablespaceFolder(db, "elsewhere")}'`);
  await db.query(base);
  const before = await db.transaction((tx) => readSnapshot(tx, WATCH_ALL), { isolation: "repeatable read" });
  return { database, before };
}

/** Roles and tablespaces outlive their database. */
async function leave({ database: { db, drop } }: Ground): Promise<void> {
  await db.query("drop schema x cascade; drop schema y cascade");
  await db.query(
    "drop subscription sub; drop foreign data wrapper wrapper cascade; drop owned by judge_reader",
  );
  await db.query("drop role judge_somebody, judge_role, judge_login, judge_group, judge_reader");
  await db.query("drop tablespace elsewhere");
  await drop();
}

interface Measured {
  readonly lock: LockMode | null;
  readonly rewrite: boolean;
  readonly scan: boolean;
}

interface Outcome {
  readonly change: ObjectChange;
  readonly measured: Measured;
}

function unbound(snapshot: Snapshot): Snapshot {
  const { origin: _, ...file } = snapshot;
  return file;
}

class Rollback extends Error {}

/** Runs the example's DDL, has the difference judged, and measures the relation that the judgement names. */
async function run({ database, before }: Ground, example: Example): Promise<Outcome> {
  let outcome: Outcome | undefined;
  const work = async (tx: Sql) => {
    const relations = await relationState(tx);
    await tx.query(example.ddl);
    const locks = await heldLocks(tx);
    const state = await relationState(tx);
    const after = await readSnapshot(tx, WATCH_ALL);
    const differences = example.asFiles
      ? diffSnapshots(unbound(before), unbound(after))
      : diffSnapshots(before, after);
    const change = judge(differences, after).find((one) => one.rules.includes(example.rule));
    if (change === undefined)
      throw new Error(
        `${example.rule} did not speak of: ${JSON.stringify(judge(differences, after), null, 1)}`,
      );
    const name = example.table ?? change.lockOn ?? change.parent?.identity ?? change.identity;
    const [oid, old] = [...relations].find(([, one]) => one.name === name) ?? ["", undefined];
    const now = state.get(oid);
    outcome = {
      change,
      measured: {
        lock: locks.get(oid) ?? null,
        rewrite: old !== undefined && now !== undefined && old.file !== now.file,
        scan: old !== undefined && now !== undefined && now.read - old.read >= ROWS,
      },
    };
    throw new Rollback();
  };
  await database.db.transaction(work).catch((error) => {
    if (!(error instanceof Rollback)) throw error;
  });
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

interface RelationState {
  readonly name: string;
  readonly file: string | null;
  readonly read: number;
}

async function relationState(tx: Sql): Promise<Map<string, RelationState>> {
  const rows = await tx.query<RelationState & { oid: string }>(`
    select c.oid::text as oid, format('%I.%I', n.nspname, c.relname) as name, pg_relation_filenode(c.oid)::text as file,
           pg_stat_get_xact_tuples_returned(c.oid)::int as read
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('x', 'y')`);
  return new Map(rows.map(({ oid, ...state }) => [oid, state]));
}

/** The strongest lock this session holds on each relation; the weakest, which every reader takes, counts as none. */
async function heldLocks(tx: Sql): Promise<Map<string, LockMode>> {
  const rows = await tx.query<{ oid: string; mode: LockMode }>(`
    select distinct on (relation) relation::text as oid, upper(regexp_replace(replace(mode, 'Lock', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')) as mode
    from pg_locks
    where pid = pg_backend_pid() and locktype = 'relation' and mode <> 'AccessShareLock'
    order by relation, array_position(array['RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
      'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'], mode) desc`);
  return new Map(rows.map((row) => [row.oid, row.mode]));
}

/** What the statement gives: its rows, or that it fails. Nothing of it stays. */
async function outcomeOf(tx: Sql, statement: string): Promise<string> {
  const set = tx.query("savepoint program");
  try {
    const [, rows] = await Promise.all([set, tx.query(statement)]);
    return JSON.stringify(rows);
  } catch {
    return "fails";
  } finally {
    await tx.query("rollback to savepoint program");
  }
}

describe.each(MAJORS)("on PostgreSQL %i, the judgement says what happens", (major) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await prepare(major);
  }, START);
  afterAll(() => leave(ground));

  for (const example of EXAMPLES.filter(({ since }) => (since ?? 14) <= major)) {
    test(`${example.rule}: ${example.ddl.slice(0, 100)}`, async () => {
      const { change, measured } = await run(ground, example);
      // A sequence is one row in a file of its own; to write it again is not what people call a rewrite.
      const rewrite = change.kind === "sequence" ? false : measured.rewrite;
      // The copying of a rewrite is not counted as reading.
      const scan = measured.scan || (rewrite && change.scan);
      expect({ lock: change.lock, rewrite: change.rewrite, scan: change.scan }).toEqual({
        lock: measured.lock,
        rewrite,
        scan,
      });
    });
  }

  test.each(BREAKS.filter(({ since }) => (since ?? 14) <= major))("$rule breaks: $statement", async (one) => {
    const outcomes: string[] = [];
    const work = async (tx: Sql) => {
      if (one.setup !== undefined) await tx.query(one.setup);
      outcomes.push(await outcomeOf(tx, one.statement));
      await tx.query(one.ddl);
      outcomes.push(await outcomeOf(tx, one.statement));
      throw new Rollback();
    };
    await ground.database.db.transaction(work).catch((error) => {
      if (!(error instanceof Rollback)) throw error;
    });
    const [before, after] = outcomes;
    expect(before).not.toBe("fails");
    expect(after).not.toBe(before ?? "");
  });
});

test("every rule that says breaking is shown to break something", () => {
  const shown = new Set([...BREAKS.map(({ rule }) => rule), ...Object.keys(UNSHOWN)]);
  const breaking = RULES.filter(({ compatibility }) => compatibility === "breaking").map(({ name }) => name);
  expect(breaking.filter((name) => !shown.has(name))).toEqual([]);
  expect([...shown].filter((name) => !breaking.includes(name))).toEqual([]);
});

test("every rule that claims something is tried", () => {
  const tried = new Set(EXAMPLES.map((example) => example.rule));
  const claims = RULES.filter((rule) => rule.lock !== null || rule.rewrite || rule.scan);
  expect(claims.filter((rule) => !tried.has(rule.name)).map((rule) => rule.name)).toEqual([]);
});

test("every example is of a rule", () => {
  const known = new Set(RULES.map((rule) => rule.name));
  expect(EXAMPLES.filter((example) => !known.has(example.rule))).toEqual([]);
});
