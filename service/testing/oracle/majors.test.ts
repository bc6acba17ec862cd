import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Difference } from "../../catalog/change.ts";
import { diffSnapshots } from "../../catalog/diff.ts";
import type { Kind, Snapshot } from "../../catalog/model.ts";
import { look, told } from "../../catalog/testing.ts";
import { MAJORS, type Major } from "../majors.ts";
import { type TestDatabase, testDatabase } from "../postgres.ts";
import { restore } from "./restore.ts";
import { enrich } from "./rich.ts";

/** After a third of each history, and after two thirds: on the way many objects come and go. */
const SHARES = [0.35, 0.7];

/** The rows of docs/versions.md. */
const DOCUMENTED = readFileSync(join(import.meta.dir, "../../../docs/versions.md"), "utf8")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((cells) => /^\d\d$/.test(cells[1] ?? ""))
  .map(([, from, to, how, difference = ""]) => ({
    from: Number(from),
    to: Number(to),
    how,
    difference: difference.replaceAll("`", ""),
  }));

function documented(from: Major, to: Major, how: string): string[] {
  return DOCUMENTED.filter(
    (row) => row.from === from && row.to === to && ["both", how].includes(row.how ?? ""),
  ).map(({ difference }) => difference);
}

async function fill(major: Major, common: Major, first: number): Promise<TestDatabase> {
  const database = await testDatabase({ major });
  for (const [nth, share] of SHARES.entries())
    await enrich({ ...database, major }, share, common, first + nth * 100);
  return database;
}

/** What belongs to the server, which other tests use as well. */
const SHARED = new Set<Kind>(["role", "tablespace", "parameter"]);

/** Less what others made on the servers, and a heir's columns that its restore moved. */
function own(differences: readonly Difference[], after: Snapshot, first: number): string[] {
  const heirs = new Set(
    after.objects.filter(({ attributes }) => "inherits" in attributes).map(({ identity }) => identity),
  );
  return differences
    .filter(({ kind, identity }) => !SHARED.has(kind) || isOf(identity, first))
    .filter(({ kind, parent, attributes }) => {
      const moved = kind === "column" && Object.keys(attributes).join() === "position";
      return !moved || !heirs.has(parent?.identity ?? "");
    })
    .map(told);
}

/**
 * Less roles of whose memberships only INHERIT differs: from 16 on GRANT keeps the member's INHERIT of that moment in the
 * membership, before that the member's own counted always (docs/versions.md).
 */
function withoutKeptInherit(
  differences: readonly Difference[],
  from: Major,
  to: Major,
): readonly Difference[] {
  if (from >= 16 || to < 16) return differences;
  return differences.filter(({ kind, attributes }) => {
    const { memberOf, ...others } = attributes;
    const bare = (value: unknown) => JSON.stringify(value).replaceAll(/ WITH INHERIT (TRUE|FALSE)/g, "");
    const same = memberOf && bare(memberOf.before) === bare(memberOf.after);
    return kind !== "role" || !same || Object.keys(others).length > 0;
  });
}

/** Whether its word is one of the thousand from `first`. */
function isOf(identity: string, first: number): boolean {
  return Math.floor(Number(/\d+/.exec(identity)) / 1000) === first / 1000;
}

const neighbours = MAJORS.slice(1).map((to, nth): [Major, Major] => [MAJORS[nth] ?? to, to]);

describe("the same schema on the next major differs by what docs/versions.md lists", () => {
  test.each(neighbours)(
    "%i and %i",
    async (from, to) => {
      const first = from * 1000;
      const older = await fill(from, from, first);
      const newer = await fill(to, from, first);
      const restored = await testDatabase({ major: to });
      try {
        const [before, after] = [await look(older.db), await look(newer.db)];
        expect(before.objects.length).toBeGreaterThan(300);
        expect([...before.unreadable, ...after.unreadable]).toEqual([]);
        expect(own(withoutKeptInherit(diffSnapshots(before, after), from, to), after, first)).toEqual(
          documented(from, to, "same DDL"),
        );
        await newer.drop();
        await restore(older.url, restored.url, { globals: false });
        const again = await look(restored.db);
        expect(own(withoutKeptInherit(diffSnapshots(before, again), from, to), again, first)).toEqual(
          documented(from, to, "restore"),
        );
      } finally {
        await Promise.all([older.drop(), restored.drop()]);
      }
    },
    240_000,
  );
});
