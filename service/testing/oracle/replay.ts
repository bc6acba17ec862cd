import type { Difference } from "../../catalog/change.ts";
import { diffSnapshots } from "../../catalog/diff.ts";
import { compileIgnore } from "../../catalog/ignore.ts";
import type { Snapshot } from "../../catalog/model.ts";
import { readChanges, readPieces, readWhole, type ServerRow } from "../../catalog/snapshot.ts";
import serverSql from "../../catalog/sql/server.sql" with { type: "text" };
import type { Database, Sql } from "../../postgres/types.ts";
import type { Major } from "../majors.ts";
import { tablespaceFolder } from "../tablespace.ts";
import { compareDumps, type Dump, type DumpChange, dumpOf } from "./dump.ts";
import { type History, type Step, spell } from "./history.ts";
import { faults, kinIn } from "./verdict.ts";

/** A statement after which the diff and the dump did not agree, or which the server refused. */
export interface Finding {
  readonly history: string;
  readonly sql: string;
  readonly faults: readonly string[];
}

/** Where histories are replayed: a database of a test server. */
export interface Place {
  readonly db: Database;
  readonly url: string;
  readonly major: Major;
}

/** What one look and one dump saw at the same moment. */
export interface Sight {
  readonly snapshot: Snapshot;
  readonly dump: Dump;
  /** The same as a look knows it that reads only what changed since the one before. */
  readonly known: Snapshot;
  /** Where the two looks do not agree. */
  readonly apart: readonly string[];
}

/** The looks and the dump of a database in which nothing happens meanwhile. */
export async function see({ db, url }: Place, last?: Snapshot): Promise<Sight> {
  const [looks, dump] = await Promise.all([
    db.transaction((tx) => bothLooks(tx, last), { isolation: "repeatable read", readOnly: true }),
    dumpOf(url),
  ]);
  return { ...looks, dump };
}

async function bothLooks(tx: Sql, last: Snapshot | undefined): Promise<Omit<Sight, "dump">> {
  const options = { ignore: compileIgnore([]) };
  const [server] = await tx.query<ServerRow>(serverSql, []);
  if (server === undefined) throw new Error("the server answered without a row");
  const known = (await readChanges(tx, server, options, last)) ?? (await readPieces(tx, server, options));
  const snapshot = await readWhole(tx, server, options);
  const [some, all] = [new Set(lines(known)), new Set(lines(snapshot))];
  const apart = [
    ...[...some].filter((line) => !all.has(line)).map((line) => `only in the look at what changed: ${line}`),
    ...[...all].filter((line) => !some.has(line)).map((line) => `only in the look at everything: ${line}`),
  ];
  return { snapshot, known, apart };
}

function lines({ objects }: Snapshot): string[] {
  return objects.map(({ kind, identity, name, parent, address, version, attributes }) =>
    JSON.stringify([kind, identity, name, parent, address, version, Object.entries(attributes).sort()]),
  );
}

/** The word of the nth history of a database. */
export function wordOf(nth: number): string {
  return `h${nth}`;
}

/** One of the sequences that are replayed beside each other: what comes next, or undefined at its end. */
export interface Run {
  readonly name: string;
  readonly word: string;
  readonly claims?: RegExp | undefined;
  /** What is there before the first look. */
  readonly setup?: string;
  /** True where a statement that the server refuses is no finding: nothing may have changed then. */
  readonly mayRefuse: boolean;
  next(round: number, snapshot: Snapshot): Pick<Step, "sql" | "more"> | undefined;
}

/** What a replay found, and how much of it the server took. */
export interface Replayed {
  readonly findings: readonly Finding[];
  readonly issued: number;
  /** Statements that the server refused, each with what it said. */
  readonly refused: readonly string[];
}

/** Replays the histories beside each other, those of their steps that the server's major knows. */
export async function replay(place: Place, histories: readonly History[]): Promise<readonly Finding[]> {
  const runs = histories.map(({ name, steps, claims }, nth): Run => {
    const known = steps.filter(({ from, to }) => from <= place.major && place.major <= to);
    return { name, word: wordOf(nth), claims, mayRefuse: false, next: (round) => known[round] };
  });
  return (await replayRuns(place, runs)).findings;
}

/**
 * Of each run the first statement, then a look and a dump; of each the second, and so on until all have ended. What
 * changed belongs to the run whose word it holds, so that one dump serves many statements.
 */
export async function replayRuns(place: Place, runs: readonly Run[]): Promise<Replayed> {
  const findings: Finding[] = [];
  const refused: string[] = [];
  let issued = 0;
  for (const { word, setup = "" } of runs) {
    await place.db.query(`create schema ${word}; set search_path = ${word}, public; ${spell(setup, word)}`);
  }
  let before = await see(place);
  for (let round = 0; ; round++) {
    const wanted = runs.flatMap((run) => {
      const step = run.next(round, before.snapshot);
      return step === undefined ? [] : [{ run, step }];
    });
    if (wanted.length === 0) return { findings, issued, refused };
    issued += wanted.length;
    const tried = await tryAll(place, wanted, findings, refused);
    const after = await see(place, before.known);
    findings.push(...compare(before, after, tried, round));
    before = after;
  }
}

interface Tried {
  readonly run: Run;
  readonly step: Pick<Step, "sql" | "more">;
}

async function tryAll(
  place: Place,
  wanted: readonly Tried[],
  findings: Finding[],
  refusals: string[],
): Promise<Tried[]> {
  const tried: Tried[] = [];
  await place.db.reserve(async (session) => {
    for (const { run, step } of wanted) {
      const refused = await attempt(session, run.word, await placed(place, step.sql));
      if (refused !== undefined) refusals.push(`${spell(step.sql, run.word)}: ${refused}`);
      if (refused === undefined || run.mayRefuse) tried.push({ run, step });
      else findings.push({ history: run.name, sql: step.sql, faults: [`refused: ${refused}`] });
    }
  });
  return tried;
}

function compare(before: Sight, after: Sight, tried: readonly Tried[], round: number): Finding[] {
  const changes = compareDumps(before.dump, after.dump);
  const differences = diffSnapshots(before.snapshot, after.snapshot);
  const kin = kinIn(before.snapshot, after.snapshot);
  const owners = tried.map(({ run }) => belongs(run.word, run.claims));
  const findings = tried.map(({ run, step }, nth): Finding => {
    const mine = owners[nth] ?? (() => false);
    const found = faults(
      changes.filter((one) => mine(textOf(one))),
      differences.filter((one) => mine(JSON.stringify(one))),
      kin,
      step.more,
    );
    return { history: run.name, sql: spell(step.sql, run.word), faults: found };
  });
  const nobodys = (text: string) => !owners.some((mine) => mine(text));
  const stray = [
    ...changes.filter((one) => nobodys(textOf(one))).map(textOf),
    ...differences.filter((one) => nobodys(JSON.stringify(one))).map(summary),
  ];
  findings.push({ history: "looks", sql: `round ${round}`, faults: after.apart });
  findings.push({ history: "nobody's", sql: `round ${round}`, faults: stray });
  return findings.filter((one) => one.faults.length > 0);
}

let folders = 0;
const FOLDERS = /\/[^'"\n]*\/h0\.replayed_\d+/g;

/** FOLDER stands for an empty one on the server's machine; its name holds the word of another history, on purpose. */
export async function placed({ db }: Place, sql: string): Promise<string> {
  if (!sql.includes("FOLDER")) return sql;
  return sql.replace("FOLDER", await tablespaceFolder(db, `${wordOf(0)}.replayed_${++folders}`));
}

/** Runs one statement in the history's schema; the server's message when it refuses. */
export async function attempt(session: Sql, word: string, sql: string): Promise<string | undefined> {
  await session.query(`set search_path = ${word}, public`);
  try {
    await session.query(spell(sql, word));
    return undefined;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "string") throw error;
    return (error as Error).message;
  }
}

/** Removes what histories leave on the server when their databases are gone. */
export async function tidy(admin: Sql): Promise<void> {
  const made = "~ '^h[0-9]+_'";
  const spaces = await admin.query<{ name: string }>(
    `select spcname as name from pg_tablespace where spcname ${made}`,
  );
  for (const { name } of spaces) await admin.query(`drop tablespace ${name}`);
  const roles = await admin.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname ${made}`,
  );
  for (const { name } of roles) await admin.query(`drop owned by ${name} cascade`);
  for (const { name } of roles) await admin.query(`drop role ${name}`);
}

/** Whether a text holds the history's word. A folder's path does not count: the random part of its name may hold any word. */
export function belongs(word: string, claims?: RegExp): (text: string) => boolean {
  const own = new RegExp(`(?<![a-z0-9_])${word}(?![0-9])`);
  return (text) => {
    const bare = text.replace(FOLDERS, "");
    return own.test(bare) || (claims?.test(bare) ?? false);
  };
}

function textOf({ title, before, after }: DumpChange): string {
  return `${title}\n${before}\n→ ${after}`;
}

function summary({ action, kind, identity }: Difference): string {
  return `${action} ${kind} ${identity}`;
}
