import { expect, test } from "bun:test";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Report } from "./model.ts";

const HOSTILE = "a*b_ <script>alert(1)</script> | [x](y) `z`\n# not a heading";

const report: Report = {
  title: HOSTILE,
  summary: HOSTILE,
  sections: [
    {
      heading: "What changed",
      blocks: [
        { type: "paragraph", text: ["- not a list", { code: HOSTILE }] },
        { type: "list", items: [[HOSTILE], [{ strong: "x*" }, ": ", { judgement: "risky" }]] },
        { type: "table", head: ["A|B"], rows: [[[{ code: "a|b" }]]] },
        {
          type: "object",
          heading: ["Table ", { code: "`t`" }],
          blocks: [{ type: "paragraph", text: ["1. one"] }],
        },
      ],
    },
  ],
};

test("HTML escapes everything and has no style or script", () => {
  const html = renderHtml(report);
  expect(html).not.toContain("<script");
  expect(html).toContain("&lt;script&gt;");
  expect(html).toContain('<span class="judgement judgement-risky">risky</span>');
  expect(html).toContain('<th scope="col">A|B</th>');
  expect(html).toContain("<h4>Table <code>`t`</code></h4>");
});

test("Markdown keeps text from becoming markup", () => {
  expect(renderMarkdown(report)).toBe(
    [
      "# a\\*b\\_ \\<script\\>alert(1)\\</script\\> \\| \\[x\\](y) \\`z\\` \\# not a heading",
      "a\\*b\\_ \\<script\\>alert(1)\\</script\\> \\| \\[x\\](y) \\`z\\` \\# not a heading",
      "## What changed",
      "\\- not a list``a*b_ <script>alert(1)</script> | [x](y) `z` # not a heading``",
      "- a\\*b\\_ \\<script\\>alert(1)\\</script\\> \\| \\[x\\](y) \\`z\\` \\# not a heading\n- **x\\***: **risky**",
      "| A\\|B |\n| --- |\n| `a\\|b` |",
      "### Table `` `t` ``",
      "1\\. one",
      "",
    ]
      .join("\n\n")
      .replace(/\n\n$/, "\n"),
  );
});
