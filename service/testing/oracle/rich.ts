import type { Major } from "../majors.ts";
import { HISTORIES } from "./histories.ts";
import { spell } from "./history.ts";
import { attempt, type Place, placed } from "./replay.ts";

/**
 * What only some of the tests can take along: databases that share a server share its tablespaces and large objects' numbers
 * are fixed, a subscription must go before its database can, and a database has one of itself.
 */
export const ALONE = ["subscriptions", "tablespaces", "the database", "large objects"] as const;

/**
 * What no dump takes along: a language whose handler is of pg_catalog is dumped without it; a label is restored only where its
 * provider is loaded, and none is built without SELinux or the sources of PostgreSQL (dummy_seclabel is a test module).
 */
const LOST = ["languages, transforms and access methods", "security labels"];

export interface Choice {
  /** Histories to leave out. */
  readonly without?: readonly string[];
  /** Of ALONE those to take along. */
  readonly also?: readonly (typeof ALONE)[number][];
}

/**
 * Fills a database with whatever the histories have made after that share of their statements: objects of every kind,
 * many of them renamed, moved, altered or with dropped columns. Only statements that `common`, the older of two majors,
 * knows as well. `first` numbers the words, so that two databases of a server do not share roles.
 */
export async function enrich(
  place: Place,
  share: number,
  common: Major,
  first: number,
  { without = [], also = [] }: Choice = {},
): Promise<void> {
  const out = new Set<string>([...ALONE.filter((name) => !also.includes(name)), ...LOST, ...without]);
  const histories = HISTORIES.filter(({ name }) => !out.has(name));
  await place.db.reserve(async (session) => {
    for (const [nth, { name, steps }] of histories.entries()) {
      const word = `h${first + nth}`;
      const known = steps.filter(({ from, to }) => from <= common && place.major <= to);
      await session.query(`create schema ${word}`);
      for (const { sql } of known.slice(0, Math.ceil(known.length * share))) {
        // One extension of a name, however often its history begins.
        if (/^(create extension|drop extension)/.test(sql))
          await session.query("drop extension if exists citext cascade");
        const refused = await attempt(session, word, await placed(place, sql));
        if (refused !== undefined) throw new Error(`${name}: ${spell(sql, word)}: ${refused}`);
      }
    }
  });
}
