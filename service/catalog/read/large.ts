import { breathe } from "../../breathe.ts";
import { collecting } from "../../garbage.ts";
import type { Sql } from "../../postgres/types.ts";
import type { CatalogObject } from "../model.ts";
import { packObjects } from "../packed.ts";
import { forServer } from "../version.ts";
import { parseCatalogs } from "./careful.ts";
import { allAtOnce, asJson, type CatalogRows, STATEMENTS } from "./catalogs.ts";
import { beginGathering, type Gathering } from "./gathering.ts";
import { asLines, type Lines, readLines } from "./lines.ts";
import { LINED, type Lined } from "./shapes.ts";
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
      texts([...BESIDE, ...small(BEFORE)]),
      texts(ROUTINES),
      namedByServer(version),
      ...LINED.map((name) => asLines(name, version)),
      texts(small(AFTER)),
    ],
    onSent,
  );
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
  const collect = collecting();
  const gatherRows = async (name: Lined, rows: Rows, relations: Iterable<string>) => {
    for (const piece of pieces(name, rows, relations)) {
      gather(RELATIONS, { ...none, ...shared, foreign_tables: [], constraints, [name]: piece });
      collect(piece.length);
      await breathe();
    }
  };
  const left: [Lined, Rows][] = [];
  for (const name of LINED) {
    const { count, text = "" } = await answer();
    const rows = byRelation(readLines(name, Number(count), text) ?? (await readList(tx, name, version)));
    const parts = name !== "tables" && name !== "views";
    await gatherRows(name, rows, parts ? sortedRelations(gathering) : [...rows.places.keys()]);
    if (parts) left.push([name, rows]);
  }
  for (const [name, rows] of left) await gatherRows(name, rows, sortedRelations(gathering));
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
  const rows = JSON.parse(row?.rows ?? "[]") as { relation?: string; oid: string }[];
  const relationAt = (place: number) => rows[place]?.relation ?? rows[place]?.oid ?? "";
  return {
    count: rows.length,
    relationAt,
    isOf: (place, relation) => relationAt(place) === relation,
    rowAt: (place) => rows[place],
  };
}

/** OIDs of what can have columns, by identity. */
function sortedRelations({ relations }: Gathering): string[] {
  const byIdentity = (a: CatalogObject, b: CatalogObject) =>
    a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0;
  return [...relations].sort(([, a], [, b]) => byIdentity(a, b)).map(([oid]) => oid);
}

/** The places of each relation's rows that were not gathered yet. */
interface Rows {
  readonly lines: Lines<unknown>;
  readonly places: Map<string, number[]>;
}

function byRelation(lines: Lines<unknown>): Rows {
  const places = new Map<string, number[]>();
  let relation = "";
  let own: number[] = [];
  for (let place = 0; place < lines.count; place++) {
    if (own.length === 0 || !lines.isOf(place, relation)) {
      relation = lines.relationAt(place);
      own = places.get(relation) ?? [];
      places.set(relation, own);
    }
    own.push(place);
  }
  return { lines, places };
}

/** The rows of these relations some at a time, those of one together and its columns in their order. */
function* pieces(
  name: Lined,
  { lines, places }: Rows,
  relations: Iterable<string>,
): Generator<readonly unknown[]> {
  let piece: unknown[] = [];
  for (const oid of relations) {
    const rows = (places.get(oid) ?? []).map((place) => lines.rowAt(place));
    places.delete(oid);
    if (name === "columns") (rows as { number: number }[]).sort((a, b) => a.number - b.number);
    for (const row of rows) piece.push(row);
    if (piece.length < AT_ONCE) continue;
    yield piece;
    piece = [];
  }
  yield piece;
}

/** The NOT NULL constraints that are told with their column (PostgreSQL 18), which the columns need before the others come. */
function namedByServer(version: number): string {
  const statement = forServer(STATEMENTS.constraints, version).trim();
  return asJson(`select * from (\n${statement}\n) c where c.type = 'n' and c.name like '%\\_not\\_null%'`);
}
