import { expect, test } from "bun:test";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { type OutsideOutcome, outsideSection } from "./outside.ts";

const to = "https://dagster.test/runs/1";
const link = { text: "Its page in Dagster", to };
const written = (from: Partial<OutsideOutcome>) => {
  const outcome = {
    heading: "Dagster",
    ended: "The run succeeded",
    result: null,
    fault: null,
    link,
    ...from,
  };
  const report = { title: "t", summary: "s", sections: [outsideSection(outcome)] };
  return { html: renderHtml(report), markdown: renderMarkdown(report) };
};
const gave = (result: unknown) => written({ result });

test("a result is told by its parts, and cannot become markup", () => {
  const { html, markdown } = gave({ "<b>rows": 3, text: "</code><script>", list: [1, 2] });
  expect(html).toContain(`<a href="${to}">Its page in Dagster</a>`);
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
  expect(written({ fault }).html).toContain(to);
  const { html } = written({ fault, link: null });
  expect(html).toContain("<strong>Failed:</strong> Dagster&#x27;s run failed: &lt;i&gt;no&lt;/i&gt;</p>");
});
