import type { Sql } from "../../postgres/types.ts";
import { packObjects } from "../packed.ts";
import relationsSql from "../sql/relations.sql" with { type: "text" };
import { forServer } from "../version.ts";
import { asJson, type CatalogRows, STATEMENTS } from "./catalogs.ts";
import { beginGathering, type Gathering } from "./gathering.ts";
import { AFTER, BEFORE, RELATIONS, type Step } from "./steps.ts";

/** Relations whose rows are unpacked at once. */
const AT_ONCE = 500;

/**
 * Text after which the rows made of it are collected, in characters: left to itself the runtime lets a hundred megabytes
 * of them stand before it does.
 */
const COLLECTED_AFTER = 8_000_000;

type Name = keyof CatalogRows;

/** What there is most of, with what names the relation that a row is of. */
const PIECES = {
  tables: "oid",
  views: "oid",
  columns: "relation",
  constraints: "relation",
  indexes: "relation",
};

type Piece = keyof typeof PIECES;

/** Read once, for all the pieces. */
const SHARED = ["inherits", "sequences", "foreign_columns"] as const;

/**
 * Gathers a large database kind by kind, and packs what was gathered some hundred relations at a time: memory grows with
 * the largest kind, as the server's text of it, not with all of them. While one answer is gathered the server makes the
 * next. Rejects with the server's error when it cannot print an object.
 */
export async function gatherLarge(tx: Sql, version: number): Promise<Gathering> {
  const readAll = async (names: readonly Name[]): Promise<CatalogRows> => {
    const found: Partial<Record<Name, unknown>> = {};
    for (const name of names) {
      const [row] = await tx.query<{ rows: string }>(asJson(forServer(STATEMENTS[name], version)), []);
      found[name] = JSON.parse(row?.rows ?? "[]");
    }
    return found as unknown as CatalogRows;
  };
  const [list] = await tx.query<{ relations: string }>(relationsSql, []);
  const relations = JSON.parse(list?.relations ?? "[]") as readonly string[];
  const { comments, security_labels, ...shared } = await readAll(["comments", "security_labels", ...SHARED]);
  const gathering = beginGathering(version, comments, security_labels);
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
  const isShared = (name: Name) => (SHARED as readonly Name[]).includes(name);
  const inTurn = async (steps: readonly Step[]) => {
    for (const { reads, gather: put } of steps) {
      const own = await readAll(reads.filter((name) => !isShared(name)));
      gather({ reads, gather: put }, { ...shared, ...own });
    }
  };
  const none = Object.fromEntries(RELATIONS.reads.map((name) => [name, []])) as unknown as CatalogRows;
  const readPiece = (name: Piece) =>
    tx.query<{ rows: string }>(piecewise(name, version), [relations]).then((rows) => ({ name, rows }));

  await inTurn(BEFORE);
  const foreign = await readAll(["foreign_tables"]);
  const [named] = await tx.query<{ rows: string }>(namedByServer(version), []);
  const constraints = JSON.parse(named?.rows ?? "[]");
  gather(RELATIONS, { ...none, ...shared, ...foreign });
  const names = Object.keys(PIECES) as Piece[];
  let garbage = 0;
  let next = readPiece("tables");
  for (const following of [...names.slice(1), null]) {
    const { name, rows } = await next;
    if (following !== null) {
      next = readPiece(following);
      next.catch(() => {});
    }
    for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
      gather(RELATIONS, { ...none, ...shared, constraints, [name]: JSON.parse(row.rows) });
      // Others of the process want their turn: a lease lasts three seconds.
      await new Promise((resolve) => setImmediate(resolve));
      garbage += row.rows.length;
      if (garbage < COLLECTED_AFTER) continue;
      Bun.gc(true);
      garbage = 0;
    }
  }
  await inTurn(AFTER);
  gathering.objects.push(...packed);
  return gathering;
}

/** A statement's rows as one text of JSON for some hundred relations in the order of $1; a relation's columns in their order. */
function piecewise(name: Piece, version: number): string {
  const statement = forServer(STATEMENTS[name], version);
  const order = name === "columns" ? " order by p.relation, p.number" : "";
  return `select json_agg(p.r${order})::text as rows
    from (
      select r, r.${PIECES[name]} as relation${name === "columns" ? ", r.number" : ""}, (place.at - 1) / ${AT_ONCE} as piece
      from (\n${statement.trim()}\n) r
      join unnest($1::oid[]) with ordinality place (oid, at) on place.oid = r.${PIECES[name]}
    ) p
    group by p.piece
    order by p.piece`;
}

/** The NOT NULL constraints that are told with their column (PostgreSQL 18), which the columns need before the others come. */
function namedByServer(version: number): string {
  const statement = forServer(STATEMENTS.constraints, version).trim();
  return asJson(`select * from (\n${statement}\n) c where c.type = 'n' and c.name ~ '_not_null\\d*$'`);
}
