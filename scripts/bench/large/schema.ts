import { generator } from "../../../service/testing/random.ts";

/** The database that the figures of "large" are measured on: 10,000 tables as in a grown product, made from a seed. */
export const LARGE = {
  schemas: 20,
  tables: 10_000,
  columnsEach: 10,
  indexesEach: 2,
  foreignKeysEach: 1,
  views: 1000,
  functions: 1000,
} as const;

/** Statements that run as one transaction: small enough for the lock table. */
const TABLES_AT_ONCE = 250;

const TYPES = [
  "bigint",
  "integer",
  "text",
  "numeric(12,2)",
  "timestamptz",
  "boolean",
  "jsonb",
  "uuid",
  "date",
  "varchar(80)",
];
const WORDS = "customer order invoice payment shipment product stock price account ledger event audit".split(
  " ",
);

const schema = (n: number) => `s${n % LARGE.schemas}`;

/** The n-th table's name, with its schema, as SQL has it. */
export const largeTable = (n: number): string => `${schema(n)}.${WORDS[n % WORDS.length]}_${n}`;

/**
 * The DDL of a large database, one transaction each: the same for the same seed. Each table has a primary key, plain and
 * unique and partial indexes, a check, defaults, and a foreign key to an earlier table (the first one to itself).
 */
export function* largeSchema(seed: number): Generator<string> {
  const random = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  yield Array.from({ length: LARGE.schemas }, (_, n) => `create schema s${n}`).join(";\n");
  for (let from = 0; from < LARGE.tables; from += TABLES_AT_ONCE) {
    const statements: string[] = [];
    for (let n = from; n < Math.min(from + TABLES_AT_ONCE, LARGE.tables); n++) {
      const columns = ["id bigint primary key", "parent_id bigint not null", "c2 text not null default ''"];
      for (let c = 3; c < LARGE.columnsEach; c++) {
        const type = pick(TYPES);
        const filled = random() < 0.3 ? " not null" : "";
        columns.push(`c${c} ${type}${filled}${type === "timestamptz" ? " default now()" : ""}`);
      }
      statements.push(
        `create table ${largeTable(n)} (${columns.join(", ")}, check (parent_id >= 0))`,
        `create index on ${largeTable(n)} (parent_id)`,
        pick([
          `create unique index on ${largeTable(n)} (c2, id)`,
          `create index on ${largeTable(n)} (lower(c2))`,
          `create index on ${largeTable(n)} (c2) where parent_id > ${n}`,
        ]),
        `alter table ${largeTable(n)} add foreign key (parent_id) references ${largeTable(Math.floor(random() * n))}`,
      );
      if (random() < 0.1) statements.push(`comment on column ${largeTable(n)}.c2 is 'What ${n} is called'`);
    }
    yield statements.join(";\n");
  }
  const parts: string[] = [];
  for (let n = 0; n < LARGE.views; n++) {
    const [a, b] = [Math.floor(random() * LARGE.tables), Math.floor(random() * LARGE.tables)];
    parts.push(
      `create view ${schema(n)}.view_${n} as select a.id, a.c2, count(b.id) as parts from ${largeTable(a)} a left join ${largeTable(b)} b on b.parent_id = a.id group by a.id, a.c2`,
    );
  }
  for (let n = 0; n < LARGE.functions; n++) {
    const of = largeTable(Math.floor(random() * LARGE.tables));
    parts.push(
      `create function ${schema(n)}.function_${n}(wanted bigint, note text default '') returns bigint language sql stable as $$ select count(*) from ${of} where id > wanted and c2 <> note $$`,
    );
  }
  for (let at = 0; at < parts.length; at += TABLES_AT_ONCE)
    yield parts.slice(at, at + TABLES_AT_ONCE).join(";\n");
}
