import type { Kind } from "../model.ts";
import { after, arrival, before, identity, MEASURED, type Rule, was } from "./rule.ts";

const TEXT_SEARCH: readonly Kind[] = [
  "text search parser",
  "text search template",
  "text search dictionary",
  "text search configuration",
];
const search = { kinds: TEXT_SEARCH, source: "manual: 12.6 Dictionaries", lock: null } as const;
const collation = { kinds: ["collation"], source: "manual: CREATE COLLATION", lock: null } as const;
const versions = {
  kinds: ["collation", "database"],
  source: "manual: ALTER COLLATION, Notes",
  lock: null,
} as const;
const conversion = { kinds: ["conversion"], source: "manual: CREATE CONVERSION", lock: null } as const;

const SEARCHES: readonly Rule[] = [
  { ...search, name: "text-search-added", when: "added", compatibility: "safe", why: arrival },
  {
    ...search,
    name: "text-search-dropped",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Calls such as to_tsvector('${was(s)}', …) and settings that name it fail from now on.`,
  },
  {
    ...search,
    name: "text-search-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Indexes and views follow the rename; calls and settings (default_text_search_config) that say ${was(s)} fail.`,
  },
  {
    ...search,
    name: "text-search-changed",
    when: [
      "mappings",
      "parser",
      "template",
      "options",
      "start",
      "token",
      "end",
      "types",
      "headline",
      "init",
      "lexize",
    ],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} makes other lexemes of new texts and queries than of those that are stored or indexed: searches miss rows without an error.`,
    safer: () =>
      "Write the stored tsvector columns anew, and REINDEX CONCURRENTLY the indexes on to_tsvector(…).",
  },
];

const COLLATIONS: readonly Rule[] = [
  { ...collation, name: "collation-added", when: "added", compatibility: "safe", why: arrival },
  {
    ...collation,
    name: "collation-dropped",
    source: "manual: DROP COLLATION",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Statements that say COLLATE ${was(s)} fail from now on.`,
  },
  {
    ...collation,
    name: "collation-renamed",
    source: "manual: ALTER COLLATION",
    when: "renamed",
    compatibility: "breaking",
    why: (s) => `Columns and indexes follow the rename; statements that say COLLATE ${was(s)} fail.`,
  },
  {
    ...collation,
    name: "collation-redefined",
    source: MEASURED,
    when: ["provider", "locale", "lcCollate", "lcCtype", "rules", "deterministic"],
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} compares and sorts otherwise: it was dropped and made anew with all that used it.`,
  },
  {
    ...versions,
    name: "collation-outdated",
    when: ["actualCollationVersion"],
    if: (s) => after(s, "actualCollationVersion") !== null,
    compatibility: "breaking",
    why: (s) =>
      `The system's library sorts by version ${after(s, "actualCollationVersion")} of ${identity(s)}, and its indexes were built by an older one: they may miss rows and let duplicates in.`,
    safer: (s) =>
      `REINDEX every index on text that uses it; then ALTER ${s.difference.kind === "database" ? "DATABASE" : "COLLATION"} … REFRESH ${s.difference.kind === "database" ? "COLLATION VERSION" : "VERSION"};`,
  },
  {
    ...versions,
    name: "collation-version-settled",
    when: ["actualCollationVersion", "collationVersion"],
    if: (s) => after(s, "actualCollationVersion") === null,
    compatibility: "risky",
    why: (s) =>
      `The version of ${identity(s)} on record is ${after(s, "collationVersion") ?? before(s, "collationVersion") ?? "the library's"}. That rebuilt nothing: indexes that were not built anew before may miss rows.`,
  },
];

const CONVERSIONS: readonly Rule[] = [
  { ...conversion, name: "conversion-added", when: "added", compatibility: "safe", why: arrival },
  {
    ...conversion,
    name: "conversion-dropped",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Clients whose encoding needed ${was(s)} cannot connect, or get PostgreSQL's own conversion.`,
  },
  {
    ...conversion,
    name: "conversion-renamed",
    when: "renamed",
    compatibility: "safe",
    why: () => "Only the name of a conversion changed; conversions are found by their encodings.",
  },
  {
    ...conversion,
    name: "conversion-changed",
    when: ["from", "to", "function", "default"],
    compatibility: "risky",
    why: (s) => `Clients of its encodings may send and get other characters by ${identity(s)}.`,
  },
];

/** Text search, collations and conversions: what texts are understood by. */
export const textRules: readonly Rule[] = [...SEARCHES, ...COLLATIONS, ...CONVERSIONS];
