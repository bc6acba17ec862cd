import type { Block, Inline, Report } from "./model.ts";

/**
 * The report as an HTML fragment for the run's page: everything escaped, no styles and no scripts, class names only:
 * report, report-summary, report-section, report-object, report-table, judgement and judgement-<word>.
 * Its headings begin at h2.
 */
export function renderHtml({ title, summary, sections }: Report): string {
  const body = sections
    .map(
      ({ heading, blocks }) =>
        `<section class="report-section"><h3>${safe(heading)}</h3>${blocks.map(renderBlock).join("")}</section>`,
    )
    .join("");
  return `<article class="report"><h2>${safe(title)}</h2><p class="report-summary">${safe(summary)}</p>${body}</article>`;
}

function renderBlock(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return `<p>${renderInline(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${renderInline(item)}</li>`).join("")}</ul>`;
    case "table": {
      const head = block.head.map((name) => `<th scope="col">${safe(name)}</th>`).join("");
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell) => `<td>${renderInline(cell)}</td>`).join("")}</tr>`,
      );
      return `<table class="report-table"><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
    }
    case "object":
      return `<section class="report-object"><h4>${renderInline(block.heading)}</h4>${block.blocks.map(renderBlock).join("")}</section>`;
  }
}

function renderInline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return safe(part);
      if ("code" in part) return `<code>${safe(part.code)}</code>`;
      if ("link" in part) return `<a href="${safe(part.to)}">${safe(part.link)}</a>`;
      if ("strong" in part) return `<strong>${safe(part.strong)}</strong>`;
      return `<span class="judgement judgement-${part.judgement}">${part.judgement}</span>`;
    })
    .join("");
}

const safe = (text: string): string => Bun.escapeHTML(text);
