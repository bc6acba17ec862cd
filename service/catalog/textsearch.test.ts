import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { changes } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query("create role textsearch_ann");
}, 60_000);
afterAll(async () => {
  await database.db.query("drop schema if exists s cascade; drop role textsearch_ann");
  await database.drop();
});

const everything = `
  create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
  create text search template t (lexize = dsimple_lexize);
  create text search dictionary d (template = simple, stopwords = english);
  create text search configuration c (parser = "default");
  alter text search configuration c add mapping for asciiword with d, simple;
  create conversion v for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
  create collation o (provider = libc, locale = 'C')`;

describe("text search, conversions and collations", () => {
  test.each([
    [
      "create text search parser",
      `create text search parser q (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end,
      lextypes = prsd_lextype, headline = prsd_headline)`,
      ["added text search parser s.q"],
    ],
    [
      "create text search template",
      "create text search template u (init = dsimple_init, lexize = dsimple_lexize)",
      ["added text search template s.u"],
    ],
    [
      "create text search dictionary",
      "create text search dictionary e (template = t)",
      ["added text search dictionary s.e"],
    ],
    [
      "create text search configuration",
      "create text search configuration e (copy = english)",
      ["added text search configuration s.e"],
    ],
    [
      "dictionary options",
      "alter text search dictionary d (stopwords = french, accept = false)",
      [
        "altered text search dictionary s.d: options stopwords = 'english' → stopwords = 'french', accept = 'false'",
      ],
    ],
    [
      "mapping added",
      "alter text search configuration c add mapping for word with simple",
      [
        "altered text search configuration s.c: mappings [asciiword: s.d, simple] → [asciiword: s.d, simple | word: simple]",
      ],
    ],
    [
      "mapping's order",
      "alter text search configuration c alter mapping for asciiword with simple, d",
      ["altered text search configuration s.c: mappings [asciiword: s.d, simple] → [asciiword: simple, s.d]"],
    ],
    [
      "mapping dropped",
      "alter text search configuration c drop mapping for asciiword",
      ["altered text search configuration s.c: mappings [asciiword: s.d, simple] → null"],
    ],
    [
      "renames",
      `alter text search parser p rename to p2; alter text search template t rename to t2;
      alter text search dictionary d rename to d2; alter text search configuration c rename to c2;
      alter conversion v rename to v2; alter collation o rename to o2`,
      [
        "renamed collation s.o2 from s.o",
        "renamed conversion s.v2 from s.v",
        "renamed text search parser s.p2 from s.p",
        "renamed text search template s.t2 from s.t",
        "renamed text search dictionary s.d2 from s.d",
        "renamed text search configuration s.c2 from s.c",
      ],
    ],
    [
      "owners",
      `alter text search dictionary d owner to textsearch_ann; alter text search configuration c owner to textsearch_ann;
      alter conversion v owner to textsearch_ann; alter collation o owner to textsearch_ann`,
      [
        "altered collation s.o: owner schemawatch → textsearch_ann",
        "altered conversion s.v: owner schemawatch → textsearch_ann",
        "altered text search dictionary s.d: owner schemawatch → textsearch_ann",
        "altered text search configuration s.c: owner schemawatch → textsearch_ann",
      ],
    ],
    [
      "comments",
      `comment on text search parser p is 'p'; comment on text search template t is 't'; comment on text search dictionary d is 'd';
      comment on text search configuration c is 'c'; comment on conversion v is 'v'; comment on collation o is 'o'`,
      [
        "altered collation s.o: comment null → o",
        "altered conversion s.v: comment null → v",
        "altered text search parser s.p: comment null → p",
        "altered text search template s.t: comment null → t",
        "altered text search dictionary s.d: comment null → d",
        "altered text search configuration s.c: comment null → c",
      ],
    ],
    [
      "drops",
      `drop text search configuration c; drop text search dictionary d; drop text search template t; drop text search parser p;
      drop conversion v; drop collation o`,
      [
        "removed collation s.o",
        "removed conversion s.v",
        "removed text search parser s.p",
        "removed text search template s.t",
        "removed text search dictionary s.d",
        "removed text search configuration s.c",
      ],
    ],
    [
      "a default conversion",
      "drop conversion v; create default conversion v for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
      ["altered conversion s.v: default null → true"],
    ],
    [
      "a collation's locale",
      "drop collation o; create collation o (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX')",
      ["altered collation s.o: lcCtype C → POSIX"],
    ],
  ] as const)("%s", async (_, ddl, told) => {
    expect(await changes(database.db, everything, ddl)).toEqual([...told]);
  });
});
