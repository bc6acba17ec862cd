import type { DagsterOutput } from "../steps/dagster.ts";
import type { Inline, Section } from "./model.ts";

/** Parts of a result with a line of their own. */
const MAX_PARTS = 30;
const MAX_VALUE = 500;

/** How the run in Dagster ended: with a result, or why it failed. */
export interface DagsterOutcome {
  readonly output: DagsterOutput | null;
  readonly fault: string | null;
  /** Dagster's own page of the run. */
  readonly link: string | null;
}

/** What the run in Dagster gave. */
export function dagsterSection({ output, fault, link }: DagsterOutcome): Section {
  const page: Inline[] = link === null ? [] : [" ", { link: "Its page in Dagster", to: link }, "."];
  const heading = "Dagster";
  if (fault !== null) {
    return {
      heading,
      blocks: [{ type: "paragraph", text: [{ strong: "Failed:" }, ` ${fault}`, ...page] }],
    };
  }
  const result = output?.result ?? null;
  const parts = partsOf(result);
  const said = parts.length === 0 ? "The run succeeded and gave no result." : "The run succeeded.";
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
