import { expect } from "bun:test";
import type { Database } from "../postgres/types.ts";
import { type Major, usualMajor } from "../testing/majors.ts";
import type { Difference } from "./change.ts";
import { diffSnapshots } from "./diff.ts";
import { fingerprint } from "./hash.ts";
import { compileIgnore } from "./ignore.ts";
import type { AttributeValue, Snapshot } from "./model.ts";
import { readSnapshot } from "./snapshot.ts";
import { formatSnapshot, parseSnapshot } from "./text.ts";

/** One exact look. */
export function look(db: Database, ignore: readonly string[] = []): Promise<Snapshot> {
  return db.transaction((tx) => readSnapshot(tx, { ignore: compileIgnore(ignore) }), {
    isolation: "repeatable read",
    readOnly: true,
  });
}

/**
 * What `ddl` changes in a schema `s` that holds what `setup` makes, one line a difference (`told`). Both sides must also
 * come back from their text file as they were, and look the same when looked at again.
 */
export async function changes(db: Database, setup: string, ddl: string): Promise<string[]> {
  await db.query(`drop schema if exists s cascade; create schema s; set search_path = s; ${setup}`);
  const before = await look(db);
  await db.query(`set search_path = s; ${ddl}`);
  const after = await look(db);
  expectRoundTrip(before);
  expectRoundTrip(after);
  expect(diffSnapshots(after, await look(db))).toEqual([]);
  return diffSnapshots(before, after).map(told);
}

/** A snapshot written as text and read back is the same schema. */
export function expectRoundTrip(snapshot: Snapshot): void {
  const text = formatSnapshot(snapshot);
  const read = parseSnapshot(text, "test.snapshot");
  expect(diffSnapshots(snapshot, read)).toEqual([]);
  expect(diffSnapshots(read, snapshot)).toEqual([]);
  expect(fingerprint(read)).toBe(fingerprint(snapshot));
  expect(formatSnapshot(read)).toBe(text);
}

/** The case, where the servers of this run know it: those of that major and newer. */
export function from<T extends unknown[]>(major: Major, row: [...T]): [...T][] {
  return usualMajor() < major ? [] : [row];
}

/** A difference in one line: `altered column s.t.a: type integer → bigint`. Of what came or went, only the parts. */
export function told(difference: Difference): string {
  const { action, kind, identity, from, attributes, contains } = difference;
  const head = `${action} ${kind} ${identity}${from === undefined ? "" : ` from ${from}`}`;
  const parts = contains?.map((part) => `${part.kind} ${part.identity}`) ?? [];
  if (action === "added" || action === "removed") {
    return parts.length === 0 ? head : `${head} with ${parts.join(", ")}`;
  }
  const changed = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { before, after }]) => `${name} ${show(before)} → ${show(after)}`);
  return changed.length === 0 ? head : `${head}: ${changed.join("; ")}`;
}

function show(value: AttributeValue): string {
  return Array.isArray(value) ? `[${value.join(" | ")}]` : String(value);
}
