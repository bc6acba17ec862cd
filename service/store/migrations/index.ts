import init from "./001_init.sql" with { type: "text" };
import tap from "./002_tap.sql" with { type: "text" };
import smaller from "./003_smaller.sql" with { type: "text" };
import installation from "./004_installation.sql" with { type: "text" };
import fleets from "./005_fleets.sql" with { type: "text" };

export interface Migration {
  /** The number its file begins with; from 1, without a gap. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** All migrations, in order. One that was released is never edited: a mistake is mended by the next. */
export const migrations: readonly Migration[] = [
  { version: 1, name: "init", sql: init },
  { version: 2, name: "tap", sql: tap },
  { version: 3, name: "smaller", sql: smaller },
  { version: 4, name: "installation", sql: installation },
  { version: 5, name: "fleets", sql: fleets },
];
