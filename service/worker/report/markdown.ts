import type { Block, Inline, Report } from "./model.ts";

/** The report as GitHub's Markdown. Whatever comes from the database cannot become markup. */
export function renderMarkdown({ title, summary, sections }: Report): string {
  const parts = [`# ${escapeText(title)}`, escapeText(summary)];
  for (const { heading, blocks } of sections) {
    parts.push(`## ${escapeText(heading)}`, ...blocks.map((block) => renderBlock(block)));
  }
  return `${parts.join("\n\n")}\n`;
}

function renderBlock(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return renderInline(block.text);
    case "list":
      return block.items.map((item) => `- ${renderInline(item)}`).join("\n");
    case "table":
      return renderTable(block.head, block.rows);
    case "object":
      return [`### ${renderInline(block.heading)}`, ...block.blocks.map(renderBlock)].join("\n\n");
  }
}

function renderTable(head: readonly string[], rows: readonly (readonly (readonly Inline[])[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  // A pipe ends a cell even within code.
  const cell = (inline: readonly Inline[]) => renderInline(inline).replaceAll("|", "\\|");
  return [
    line(head.map(escapeText)),
    line(head.map(() => "---")),
    ...rows.map((row) => line(row.map(cell))),
  ].join("\n");
}

function renderInline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return escapeText(part);
      if ("code" in part) return code(part.code);
      if ("link" in part) return `[${escapeText(part.link)}](${part.to})`;
      if ("strong" in part) return `**${escapeText(part.strong)}**`;
      return `**${part.judgement}**`;
    })
    .join("");
}

/** Escapes what Markdown gives a meaning, and keeps it on one line. */
function escapeText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>#|~&]/g, "\\$&")
    .replace(/^(\d*)([-+.)])(?=\s)/, "$1\\$2");
}

/** A code span whose fence is longer than any run of backticks in it. */
function code(text: string): string {
  const line = oneLine(text);
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ");
const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
