import type { Major } from "../majors.ts";
import { HISTORIES } from "./histories.ts";
import { spell } from "./history.ts";
import { attempt, type Place, placed } from "./replay.ts";

/**
 * What no dump takes along: a language whose handler is of pg_catalog is dumped without it; a subscription wants no copy, a
 * label its provider, a tablespace its folder, and a database has one of itself.
 */
const ALONE = new Set([
  "languages, transforms and access methods",
  "subscriptions",
  "security labels",
  "tablespaces",
  "the database",
  "large objects",
]);

/**
 * Fills a database with whatever the histories have made after that share of their statements: objects of every kind,
 * many of them renamed, moved, altered or with dropped columns. Only statements that `common`, the older of two majors,
 * knows as well. `first` numbers the words, so that two databases of a server do not share roles; `without` names histories to leave out.
 */
export async function enrich(
  place: Place,
  share: number,
  common: Major,
  first: number,
  without: readonly string[] = [],
): Promise<void> {
  const histories = HISTORIES.filter(({ name }) => !ALONE.has(name) && !without.includes(name));
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
