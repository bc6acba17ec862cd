import type { Sql } from "../../postgres/types.ts";
import { packObjects } from "../packed.ts";
import relationsSql from "../sql/relations.sql" with { type: "text" };
import { forServer } from "../version.ts";
import { parseCatalogs } from "./careful.ts";
import { allAtOnce, asJson, type CatalogRows, STATEMENTS } from "./catalogs.ts";
import { beginGathering, type Gathering } from "./gathering.ts";
import { AFTER, BEFORE, RELATIONS, type Step } from "./steps.ts";

/** Relations that are read at once: what they hold is in memory unpacked. */
const AT_ONCE = 1000;

type Name = keyof CatalogRows;

/**
 * Gathers a large database kind by kind, its tables some hundred at a time, and packs what was gathered at once: memory
 * grows with the largest kind less tables' columns and constraints, not with all of them. While one answer is gathered the server
 * makes the next. Rejects with the server's error when it cannot print an object.
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
  const { comments, security_labels, inherits, sequences } = await readAll([
    "comments",
    "security_labels",
    "inherits",
    "sequences",
  ]);
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
  const inTurn = async (steps: readonly Step[]) => {
    for (const step of steps) {
      const more = step.reads.filter((name) => name !== "sequences" && name !== "inherits");
      gather(step, { ...(await readAll(more)), inherits, sequences });
    }
  };

  await inTurn(BEFORE);
  const statement = forServer(
    allAtOnce(RELATIONS.reads.filter((name) => name !== "sequences" && name !== "inherits")),
    version,
    true,
  );
  const readSome = (from: number) =>
    tx.query<Record<string, string>>(statement, [relations.slice(from, from + AT_ONCE)]);
  let next = readSome(0);
  for (let from = 0; from < relations.length; from += AT_ONCE) {
    const [texts] = await next;
    next = readSome(from + AT_ONCE);
    next.catch(() => {});
    if (texts !== undefined) gather(RELATIONS, { ...parseCatalogs(texts), inherits, sequences });
  }
  await next;
  await inTurn(AFTER);
  gathering.objects.push(...packed);
  return gathering;
}
