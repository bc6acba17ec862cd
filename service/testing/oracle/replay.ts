import type { Difference } from "../../catalog/change.ts";
import { diffSnapshots } from "../../catalog/diff.ts";
import { compileIgnore } from "../../catalog/ignore.ts";
import type { Snapshot } from "../../catalog/model.ts";
import { readSnapshot } from "../../catalog/snapshot.ts";
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
}

/** The look and the dump of a database in which nothing happens meanwhile. */
export async function see({ db, url }: Place): Promise<Sight> {
  const [snapshot, dump] = await Promise.all([
    db.transaction((tx) => readSnapshot(tx, { ignore: compileIgnore([]) }), {
      isolation: "repeatable read",
      readOnly: true,
    }),
    dumpOf(url),
  ]);
  return { snapshot, dump };
}

/** The word of the nth history of a database. */
export function wordOf(nth: number): string {
  return `h${nth}`;
}

/**
 * Replays the histories beside each other: of each the first statement, then a look and a dump; of each the second, and
 * so on. What changed belongs to the history whose word it holds, so that one dump serves many statements.
 */
export async function replay(place: Place, histories: readonly History[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const runs = histories.map((one, nth) => ({
    history: one,
    word: wordOf(nth),
    steps: one.steps.filter(({ from, to }) => from <= place.major && place.major <= to),
  }));
  await place.db.query(runs.map(({ word }) => `create schema ${word};`).join("\n"));
  let before = await see(place);
  for (let round = 0; runs.some(({ steps }) => steps.length > round); round++) {
    const tried: { history: History; word: string; step: Step }[] = [];
    await place.db.reserve(async (session) => {
      for (const { history, word, steps } of runs) {
        const step = steps[round];
        if (step === undefined) continue;
        const refused = await attempt(session, word, await placed(place, step.sql));
        if (refused === undefined) tried.push({ history, word, step });
        else findings.push({ history: history.name, sql: step.sql, faults: [`refused: ${refused}`] });
      }
    });
    const after = await see(place);
    const changes = compareDumps(before.dump, after.dump);
    const differences = diffSnapshots(before.snapshot, after.snapshot);
    const kin = kinIn(before.snapshot, after.snapshot);
    const owners = tried.map(({ history, word }) => belongs(word, history.claims));
    for (const [nth, { history, step }] of tried.entries()) {
      const mine = owners[nth] ?? (() => false);
      const found = faults(
        changes.filter((one) => mine(textOf(one))),
        differences.filter((one) => mine(JSON.stringify(one))),
        kin,
        step.more,
      );
      if (found.length > 0) findings.push({ history: history.name, sql: step.sql, faults: found });
    }
    const nobodys = (text: string) => !owners.some((mine) => mine(text));
    const stray = [
      ...changes.filter((one) => nobodys(textOf(one))).map(textOf),
      ...differences.filter((one) => nobodys(JSON.stringify(one))).map(summary),
    ];
    if (stray.length > 0) findings.push({ history: "", sql: `round ${round}`, faults: stray });
    before = after;
  }
  return findings;
}

let folders = 0;

/** FOLDER stands for an empty one on the server's machine. */
async function placed({ db }: Place, sql: string): Promise<string> {
  if (!sql.includes("FOLDER")) return sql;
  return sql.replace("FOLDER", await tablespaceFolder(db, `replayed_${++folders}`));
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

export function belongs(word: string, claims?: RegExp): (text: string) => boolean {
  const own = new RegExp(`(?<![a-z0-9_])${word}(?![0-9])`);
  return (text) => own.test(text) || (claims?.test(text) ?? false);
}

function textOf({ title, before, after }: DumpChange): string {
  return `${title}\n${before}\n→ ${after}`;
}

function summary({ action, kind, identity }: Difference): string {
  return `${action} ${kind} ${identity}`;
}
