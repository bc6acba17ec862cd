import { expect, test } from "bun:test";
import { html, raw } from "./html.ts";

test("every value is escaped unless it is markup itself", () => {
  const name = `<b onclick="x">'&`;
  expect(html`<a title="${name}">${name}</a>`.text).toBe(
    '<a title="&lt;b onclick=&quot;x&quot;&gt;&#x27;&amp;">&lt;b onclick=&quot;x&quot;&gt;&#x27;&amp;</a>',
  );
  expect(html`<p>${raw("<i>")}${html`<u>${"<"}</u>`}</p>`.text).toBe("<p><i><u>&lt;</u></p>");
});

test("lists are joined, and nothing prints as nothing", () => {
  expect(html`${[1, "<", [2n, html`<hr>`]]}${null}${undefined}${false}${true}`.text).toBe("1&lt;2<hr>");
});
