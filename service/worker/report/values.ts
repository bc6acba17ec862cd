import type { Action, AttributeChange } from "../../catalog/change.ts";
import type { AttributeValue } from "../../catalog/model.ts";
import type { Inline } from "./model.ts";

/** Characters of a value in a line; longer ones (bodies, definitions) are for the change's page, side by side. */
const MAX_VALUE = 160;

/** `type: numeric(10,2) → numeric(8,2)`, as one line; of what came or went, its value alone. */
export function attributeLine(name: string, { before, after }: AttributeChange, action: Action): Inline[] {
  if (action === "added") return [`${name}: `, value(after)];
  if (action === "removed") return [`${name}: `, value(before)];
  return [`${name}: `, value(before), " → ", value(after)];
}

function value(given: AttributeValue): Inline {
  if (given === null) return "none";
  const text = Array.isArray(given) ? given.join(", ") : String(given);
  if (text === "") return "empty";
  return { code: text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text };
}

/** "1 object", "2 objects". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
