import fc from "fast-check";
import type { Major } from "../majors.ts";
import { testDatabase } from "../postgres.ts";
import { Source, statement } from "./generate.ts";
import { type Finding, type Run, replayRuns, tidy, wordOf } from "./replay.ts";
import { TEMPLATES } from "./templates.ts";

export interface Hunt {
  readonly major: Major;
  readonly seed: number;
  /** How many databases are filled at most. */
  readonly runs: number;
  /** No new one is begun after that; a failing sequence is shrunk for as long again. */
  readonly ms: number;
}

/** Sequences that are replayed beside each other in one database, and how long each is at most. */
const BESIDE = 12;
const LENGTH = 14;
/** A statement's choices: the template, then what it picks. */
const CHOICES = 8;

/** Something of each kind, so that the first statements find what to change. */
const GROUND = `
  create role @_r; create table t (a integer primary key, b text, c integer default 5); create index i on t (b);
  create view v as select a, b from t; create materialized view m as select * from t; create sequence q;
  create table p (a integer, b text) partition by list (a); create table p1 partition of p for values in (1);
  create type e as enum ('a', 'b'); create type k as (x integer, y text); create domain d as integer;
  create function f(a integer) returns integer language sql as 'select 1'; create procedure pr() language sql as '';
  create function g() returns trigger language plpgsql as 'begin return new; end';
  create trigger tr before insert on t for each row execute function g(); create policy po on t;
  create rule ru as on delete to t do instead nothing; create statistics st on a, b from t;
  create foreign data wrapper @_w; create server @_s foreign data wrapper @_w;
  create publication @_p for table t; create text search configuration tc (copy = simple)`;

/** What a hunt found: how to find it again, the sequence that shrinking left, and what is wrong. */
export interface Prey {
  readonly seed: number;
  readonly findings: readonly Finding[];
  readonly statements: readonly string[];
}

/** A hunt's outcome. */
export interface Hunted {
  /** Null when nothing was found. */
  readonly prey: Prey | null;
  /** Statements that were issued, and of those the ones that the server refused, each with what it said. */
  readonly issued: number;
  readonly refused: readonly string[];
}

/** Of each statement the numbers that choose it. */
type Sequence = readonly (readonly number[])[];

/**
 * Random sequences of DDL on a server of that major, each statement judged as in the hand-written histories: the first
 * sequence that failed, shrunk, if one did. The same seed on the same major makes the same ones.
 */
export async function hunt({ major, seed, runs, ms }: Hunt): Promise<Hunted> {
  const numbers = fc.array(fc.nat({ max: 1_000_000 }), { minLength: CHOICES, maxLength: CHOICES });
  const sequence = fc.array(numbers, { minLength: 1, maxLength: LENGTH, size: "max" });
  const beside = fc.array(sequence, { minLength: BESIDE, maxLength: BESIDE });
  let chosen: readonly Sequence[] = [];
  let last: Omit<Prey, "seed"> = { findings: [], statements: [] };
  let issued = 0;
  const refused: string[] = [];
  const holds = async (sequences: readonly Sequence[]) => {
    const tried = await replayNumbers(major, sequences);
    issued += tried.issued;
    refused.push(...tried.refused);
    if (tried.findings.length > 0) [chosen, last] = [sequences, tried];
    return tried.findings.length === 0;
  };
  const limit = { interruptAfterTimeLimit: ms, markInterruptAsFailure: false };
  // Without bias: small numbers would make short sequences of few templates.
  const all = await fc.check(fc.asyncProperty(beside, holds), {
    ...limit,
    seed,
    numRuns: runs,
    endOnFailure: true,
    plugins: [fc.unbiased()],
  });
  if (!all.failed) return { prey: null, issued, refused };
  // One alone replays faster than twelve, so that is what is shrunk.
  const failed = chosen.find((_, nth) => last.findings.some(({ history }) => history === wordOf(nth)));
  if (failed !== undefined) {
    await fc.check(
      fc.asyncProperty(sequence, async (one) => holds([one])),
      {
        ...limit,
        numRuns: 1,
        examples: [[failed]],
      },
    );
  }
  return { prey: { seed, findings: last.findings, statements: last.statements }, issued, refused };
}

async function replayNumbers(major: Major, chosen: readonly Sequence[]) {
  const database = await testDatabase({ major });
  const statements: string[] = [];
  const runs = chosen.map((steps, nth): Run => {
    const word = wordOf(nth);
    return {
      name: word,
      word,
      setup: GROUND,
      mayRefuse: true,
      next(round, snapshot) {
        const numbers = steps[round];
        if (numbers === undefined) return undefined;
        const sql = statement(TEMPLATES, new Source(word, round, major, snapshot, numbers));
        statements.push(`${word}: ${sql}`);
        return { sql };
      },
    };
  });
  try {
    return { ...(await replayRuns({ ...database, major }, runs)), statements };
  } finally {
    await database.drop();
    const admin = await testDatabase({ major });
    await tidy(admin.db);
    await admin.drop();
  }
}

/** What was found, for a person. */
export function tellPrey({ seed, findings, statements }: Prey): string {
  const found = findings.map(({ history, sql, faults }) => `${history}: ${sql}\n  ${faults.join("\n  ")}`);
  return [`seed ${seed}`, ...statements, "", ...found].join("\n");
}
