import type { Inline, Section } from "./model.ts";

/** Parts of a result with a line of their own. */
const MAX_PARTS = 30;
const MAX_VALUE = 500;

/** How the work ended that was handed to an engine outside: with a result, or why it failed. */
export interface OutsideOutcome {
  /** The engine's name. */
  readonly heading: string;
  /** How it ended, e.g. "The run succeeded". */
  readonly ended: string;
  readonly result: unknown;
  readonly fault: string | null;
  /** The engine's own page of it. */
  readonly link: { readonly text: string; readonly to: string } | null;
}

/** What the work outside gave. */
export function outsideSection({ heading, ended, result, fault, link }: OutsideOutcome): Section {
  const page: Inline[] = link === null ? [] : [" ", { link: link.text, to: link.to }, "."];
  if (fault !== null) {
    return {
      heading,
      blocks: [{ type: "paragraph", text: [{ strong: "Failed:" }, ` ${fault}`, ...page] }],
    };
  }
  const parts = partsOf(result);
  const said = parts.length === 0 ? `${ended} and gave no result.` : `${ended}.`;
  const then: Inline[] = parts.length === 0 ? [] : [" Its result:"];
  return {
    heading,
    blocks: [
      { type: "paragraph", text: [said, ...page, ...then] },
      ...(parts.length > 0 ? [{ type: "list" as const, items: parts }] : []),
    ],
  };
}

function partsOf(result: unknown): Inline[][] {
  if (result === null) return [];
  if (typeof result !== "object" || Array.isArray(result)) return [[{ code: written(result) }]];
  const all = Object.entries(result);
  const parts = all
    .slice(0, MAX_PARTS)
    .map(([name, value]): Inline[] => [`${name}: `, { code: written(value) }]);
  return all.length > MAX_PARTS ? [...parts, [`and ${all.length - MAX_PARTS} more`]] : parts;
}

function written(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text === "") return '""';
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
