import type { Sql } from "../../postgres/types.ts";
import { packObjects } from "../packed.ts";
import relationsSql from "../sql/relations.sql" with { type: "text" };
import { forServer } from "../version.ts";
import { parseCatalogs } from "./careful.ts";
import { allAtOnce, asJson, type CatalogRows, STATEMENTS } from "./catalogs.ts";
import { beginGathering, type Gathering } from "./gathering.ts";
import { asLines, LINED, type Lined, type Lines, readLines } from "./lines.ts";
import { AFTER, BEFORE, RELATIONS, type Step } from "./steps.ts";

/** Rows that are gathered at once; then others of the process have their turn, for a lease lasts three seconds. */
const AT_ONCE = 1000;
/** Answers that the server may make before they are asked for: enough that it does not wait, and few are in memory. */
const AHEAD = 2;

type Name = keyof CatalogRows;

/** There may be thousands of them, with long texts. */
const ROUTINES: readonly Name[] = ["functions", "aggregates"];
/** What is read once and told with relations. */
const BESIDE: readonly Name[] = [
  "comments",
  "security_labels",
  "inherits",
  "sequences",
  "foreign_columns",
  "foreign_tables",
];

/**
 * Gathers a large database kind by kind, and packs what was gathered some thousand objects at a time: memory grows with
 * the largest kinds, as the server's text of them, not with all of them. While one answer is gathered the server makes
 * the next. Rejects with the server's error when it cannot print an object.
 */
export async function gatherLarge(tx: Sql, version: number, onSent?: () => void): Promise<Gathering> {
  const small = (steps: readonly Step[]) =>
    steps.flatMap(({ reads }) => reads).filter((name) => ![...ROUTINES, ...BESIDE].includes(name));
  const texts = (names: readonly Name[]) => forServer(allAtOnce([...new Set(names)]), version);
  const answer = inAdvance(
    tx,
    [
      relationsSql,
      texts([...BESIDE, ...small(BEFORE)]),
      texts(ROUTINES),
      namedByServer(version),
      ...LINED.map((name) => asLines(name, version)),
      texts(small(AFTER)),
    ],
    onSent,
  );
  const relations = JSON.parse((await answer()).relations ?? "[]") as readonly string[];
  const rankOf = new Map(relations.map((oid, rank) => [oid, rank]));
  const shared = parseCatalogs(await answer());
  const gathering = beginGathering(version, shared.comments, shared.security_labels);
  const packed: Gathering["objects"] = [];
  const gather = (step: Step, rows: CatalogRows) => {
    step.gather(gathering, rows);
    for (const object of packObjects(gathering.objects.splice(0))) {
      packed.push(object);
      // The unpacked one may go.
      const [catalog, oid = "", sub] = object.address?.split(":") ?? [];
      if (catalog === "pg_class" && sub === "0" && gathering.relations.has(oid))
        gathering.relations.set(oid, object);
    }
  };
  const inTurn = (steps: readonly Step[], rows: CatalogRows) => {
    for (const step of steps) gather(step, rows);
  };

  inTurn(BEFORE, { ...shared, ...parseCatalogs(await answer()) });
  const none = Object.fromEntries(RELATIONS.reads.map((name) => [name, []])) as unknown as CatalogRows;
  gather(RELATIONS, { ...none, ...shared });
  const constraints = JSON.parse((await answer()).rows ?? "[]");
  for (const name of LINED) {
    const { count, text = "" } = await answer();
    const lines = readLines(name, Number(count), text) ?? (await readList(tx, name, version));
    for (const rows of pieces(lines, inOrder(name, lines, rankOf))) {
      gather(RELATIONS, { ...none, ...shared, foreign_tables: [], constraints, [name]: rows });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  inTurn(AFTER, { ...shared, ...parseCatalogs(await answer()) });
  gathering.objects.push(...packed);
  return gathering;
}

/** Sends statements in their order, a few before their one row is asked for; `onSent` is called with the last one. */
function inAdvance(
  tx: Sql,
  statements: readonly string[],
  onSent?: () => void,
): () => Promise<Readonly<Record<string, string>>> {
  const waiting = [...statements];
  const sent: Promise<Record<string, string>[]>[] = [];
  return async () => {
    for (
      let one = waiting.shift();
      one !== undefined;
      one = sent.length <= AHEAD ? waiting.shift() : undefined
    ) {
      const answer = tx.query<Record<string, string>>(one, []);
      // Where one fails, those behind it do, and nobody asks for them.
      answer.catch(() => {});
      sent.push(answer);
      if (waiting.length === 0) onSent?.();
    }
    const [row] = (await sent.shift()) ?? [];
    if (row === undefined) throw new Error("the server answered without a row");
    return row;
  };
}

/** The rows of a kind in another way, for the text in which something holds a separator. */
async function readList(tx: Sql, name: Lined, version: number): Promise<Lines<unknown>> {
  const [row] = await tx.query<{ rows: string }>(asJson(forServer(STATEMENTS[name], version)), []);
  const rows = JSON.parse(row?.rows ?? "[]") as { relation?: string; oid: string; number?: number }[];
  return {
    count: rows.length,
    relationAt: (place) => rows[place]?.relation ?? rows[place]?.oid ?? "",
    numberAt: (place) => rows[place]?.number ?? 0,
    rowAt: (place) => rows[place],
  };
}

/** The places of the rows in the order of their relations; a relation's columns in the order of their numbers. */
function inOrder(name: Lined, lines: Lines<unknown>, rankOf: ReadonlyMap<string, number>): Uint32Array {
  const order = new Uint32Array(lines.count);
  const ranks = new Float64Array(lines.count);
  let known = 0;
  for (let place = 0; place < lines.count; place++) {
    const rank = rankOf.get(lines.relationAt(place));
    if (rank === undefined) continue;
    // A relation has at most 1,600 columns.
    ranks[place] = rank * 2048 + (name === "columns" ? lines.numberAt(place) : 0);
    order[known++] = place;
  }
  const rankAt = (place: number) => ranks[place] as number;
  return order.subarray(0, known).sort((a, b) => rankAt(a) - rankAt(b) || a - b);
}

/** The rows some at a time, those of one relation together. */
function* pieces(lines: Lines<unknown>, order: Uint32Array): Generator<readonly unknown[]> {
  let piece: unknown[] = [];
  let last = "";
  for (const place of order) {
    const relation = lines.relationAt(place);
    if (piece.length >= AT_ONCE && relation !== last) {
      yield piece;
      piece = [];
    }
    last = relation;
    piece.push(lines.rowAt(place));
  }
  yield piece;
}

/** The NOT NULL constraints that are told with their column (PostgreSQL 18), which the columns need before the others come. */
function namedByServer(version: number): string {
  const statement = forServer(STATEMENTS.constraints, version).trim();
  return asJson(`select * from (\n${statement}\n) c where c.type = 'n' and c.name like '%\\_not\\_null%'`);
}
