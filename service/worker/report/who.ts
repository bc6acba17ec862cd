import type { LoadedChange } from "../steps/load.ts";
import type { Block, Inline, Section } from "./model.ts";
import { plural } from "./values.ts";

/** Statements that the report tells; the change's page shows more. */
const MAX_STATEMENTS = 20;

/** Who made the change, with which statements, and what came and went; or that nobody knows. */
export function whoSection(change: LoadedChange): Section {
  const { statements, transients, transientCount, attribution } = change;
  const blocks: Block[] = [];
  if (statements.length === 0) blocks.push({ type: "paragraph", text: [UNKNOWN[attribution]] });
  else {
    blocks.push({ type: "list", items: statements.slice(0, MAX_STATEMENTS).map(line) });
    const left = statements.length - MAX_STATEMENTS;
    if (left > 0)
      blocks.push({ type: "paragraph", text: [`And ${left} more: the change's page shows them.`] });
  }
  if (transients.length > 0) {
    const items = transients.map((one): Inline[] => [`${one.kind} `, { code: one.identity }, ` ${one.what}`]);
    blocks.push({
      type: "paragraph",
      text: [`Between two looks ${plural(transientCount, "object")} came and went, and left nothing:`],
    });
    blocks.push({ type: "list", items });
  }
  return { heading: "Who made it", blocks };
}

const UNKNOWN: Readonly<Record<LoadedChange["attribution"], string>> = {
  none: "Unknown: the database has no tap.",
  unreadable: "Unknown: the role that watches may not read what the tap notes.",
  read: "Unknown: the tap noted no statement on this.",
};

function line({ at, login, role, application, address, text }: LoadedChange["statements"][number]): Inline[] {
  const acting = role === null ? "" : ` as ${role}`;
  const where = [
    application || "an application without a name",
    address === null ? "over a unix socket" : `from ${address}`,
  ];
  return [{ strong: `${login}${acting}` }, `, ${where.join(" ")}, ${at}: `, { code: text }];
}
