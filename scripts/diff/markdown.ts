import type { Change } from "./compare.ts";
import { LEVELS, type Risk, risksOf } from "./risk.ts";

/** What a target's rendering differs in. */
export interface TargetDifference {
  readonly target: string;
  readonly changes: readonly Change[];
}

const MARKS = { high: "🔴", medium: "🟠", low: "🟢" } as const;

/**
 * The differences as Markdown for a pull request: a table, the risks of each target, then every object's lines, folded.
 * Objects' lines are left out where the whole would be longer than `limit` characters; risks never are.
 */
export function toMarkdown(differences: readonly TargetDifference[], base: string, limit: number): string {
  const changed = differences.filter(({ changes }) => changes.length > 0);
  const title = `## Rendered difference to ${base}`;
  if (changed.length === 0) return `${title}\n\nNothing that is deployed changes.\n`;
  const head = [
    title,
    "",
    "| | changed | added | deleted | restarts | highest risk |",
    "|---|---|---|---|---|---|",
    ...differences.map(row),
    ...changed.flatMap(riskNotes),
  ].join("\n");
  // Headings, and a line a target for what is left out.
  let room = limit - head.length - 100 * (changed.length + 1);
  const details = changed.map(({ target, changes }) => {
    const shown = changes.map(fold).filter((text) => {
      const fits = text.length < room;
      if (fits) room -= text.length + 1;
      return fits;
    });
    const left = changes.length - shown.length;
    if (left > 0) shown.push(`The lines of ${left} objects are left out here; \`make diff\` shows them.`);
    return `### ${target}\n\n${shown.join("\n")}`;
  });
  return `${head}\n\n${details.join("\n\n")}\n`;
}

/** The risks of all changes with what they are about, the worst first. */
export function allRisks(changes: readonly Change[]): { name: string; risk: Risk }[] {
  const risks = changes.flatMap((change) => risksOf(change).map((risk) => ({ name: change.name, risk })));
  return risks.sort((a, b) => LEVELS.indexOf(a.risk.level) - LEVELS.indexOf(b.risk.level));
}

function row({ target, changes }: TargetDifference): string {
  if (changes.length === 0) return `| ${target} | – | – | – | – | – |`;
  const added = changes.filter(({ before }) => before === undefined).length;
  const deleted = changes.filter(({ after }) => after === undefined).length;
  const risks = allRisks(changes);
  const restarts = new Set(risks.filter(({ risk }) => risk.about === "restart").map(({ name }) => name)).size;
  const worst = risks[0]?.risk.level;
  const cells = [changes.length - added - deleted, added, deleted, restarts];
  return `| ${target} | ${cells.join(" | ")} | ${worst === undefined ? "none known" : `${MARKS[worst]} ${worst}`} |`;
}

function riskNotes({ target, changes }: TargetDifference): string[] {
  const risks = allRisks(changes);
  if (risks.length === 0) return [];
  return [
    "",
    `**${target}**`,
    "",
    ...risks.map(({ name, risk }) => `- ${MARKS[risk.level]} \`${name}\` ${risk.message}`),
  ];
}

function fold({ name, before, after, text }: Change): string {
  const what = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
  const summary = `<summary>${what}: ${name}</summary>`;
  // A fence longer than any in the text.
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `<details>${summary}\n\n${fence}diff\n${text}\n${fence}\n\n</details>`;
}
