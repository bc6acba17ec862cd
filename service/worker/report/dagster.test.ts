import { expect, test } from "bun:test";
import { dagsterSection } from "./dagster.ts";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";

const link = "https://dagster.test/runs/1";
const written = (from: Parameters<typeof dagsterSection>[0]) => {
  const report = { title: "t", summary: "s", sections: [dagsterSection(from)] };
  return { html: renderHtml(report), markdown: renderMarkdown(report) };
};
const gave = (result: unknown) =>
  written({ output: { runId: "1", link, note: "success", result }, fault: null, link });

test("a result is told by its parts, and cannot become markup", () => {
  const { html, markdown } = gave({ "<b>rows": 3, text: "</code><script>", list: [1, 2] });
  expect(html).toContain(`<a href="${link}">Its page in Dagster</a>`);
  expect(html).toContain("<li>list: <code>[1,2]</code></li>");
  expect(html).not.toMatch(/<script|<b>/);
  expect(markdown).toContain("- \\<b\\>rows: `3`");
});

test("a result of any shape and size", () => {
  expect(gave(null).markdown).toContain("The run succeeded and gave no result.");
  expect(gave("fine").markdown).toContain("- `fine`");
  expect(gave({}).markdown).toContain("gave no result");
  expect(gave({ long: "x".repeat(10_000) }).markdown.length).toBeLessThan(1000);
  const many = gave(Object.fromEntries(Array.from({ length: 100 }, (_, place) => [`k${place}`, place])));
  expect(many.markdown).toContain("- and 70 more");
});

test("a failure says why, with the page when there is one", () => {
  const fault = "Dagster's run failed: <i>no</i>";
  expect(written({ output: null, fault, link }).html).toContain(link);
  const { html } = written({ output: null, fault, link: null });
  expect(html).toContain("<strong>Failed:</strong> Dagster&#x27;s run failed: &lt;i&gt;no&lt;/i&gt;</p>");
});
