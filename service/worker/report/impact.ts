import type { Dependent, RelationSize } from "../../catalog/impact.ts";
import type { ImpactOutput } from "../steps/impact.ts";
import type { Block, Inline, Section } from "./model.ts";

/** Rows of each table; the change's page shows all. */
const MAX_ROWS = 30;

/** What the changed objects reach on the server as it is now. */
export function impactSection({ impact, fault }: ImpactOutput): Section {
  const heading = "Impact";
  if (!impact) return { heading, blocks: [say(`Not known: ${fault ?? "it was not read."}`)] };
  const { dependents, relations, limits } = impact;
  const blocks: Block[] = [];
  if (dependents.length === 0) blocks.push(say("Nothing in the database depends on the changed objects."));
  else {
    const rows = dependents.slice(0, MAX_ROWS).map(dependentRow);
    blocks.push({ type: "table", head: ["Dependent", "Uses", "Known by"], rows }, ...more(dependents.length));
  }
  if (relations.length > 0) {
    const rows = relations.slice(0, MAX_ROWS).map(relationRow);
    blocks.push({ type: "table", head: ["Relation", "Size", "Rows"], rows }, ...more(relations.length));
  }
  return { heading, blocks: [...blocks, ...limits.map((limit) => say(limit))] };
}

function dependentRow({ kind, identity, on, distance, known }: Dependent): Inline[][] {
  const through = distance > 1 ? ` (through ${distance - 1} other${distance > 2 ? "s" : ""})` : "";
  return [
    [`${kind} `, { code: identity }],
    [`${on.kind} `, { code: on.identity }, through],
    [known === "dependency" ? "dependency" : "its text names it"],
  ];
}

function relationRow({ kind, identity, bytes, rows }: RelationSize): Inline[][] {
  return [
    [`${kind} `, { code: identity }],
    [bytes === null ? "not known" : size(bytes)],
    [rows === null ? "not known" : `about ${rows}`],
  ];
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** As pg_size_pretty: powers of 1024. */
function size(bytes: number): string {
  let left = bytes;
  let unit = 0;
  while (left >= 10_240 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${Math.round(left)} ${UNITS[unit]}`;
}

const more = (count: number): Block[] => (count > MAX_ROWS ? [say(`And ${count - MAX_ROWS} more.`)] : []);
const say = (...text: Inline[]): Block => ({ type: "paragraph", text });
