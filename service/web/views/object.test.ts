import { expect, test } from "bun:test";
import type { ObjectChange } from "../../catalog/change.ts";
import { objectCard } from "./object.ts";

const change: ObjectChange = {
  kind: "column",
  identity: 'public."<script>alert(1)</script>"',
  action: "altered",
  attributes: { type: { before: 'a"b', after: "<img src=x>" }, notNull: { before: null, after: true } },
  compatibility: "breaking",
  lock: "ACCESS EXCLUSIVE",
  lockOn: "public.<b>",
  rewrite: true,
  scan: false,
  why: "Because of <i>.",
  safer: "alter table <x> add column y int;",
  rules: [],
};

test("whatever a database wrote is escaped, wherever it stands", () => {
  const { text } = objectCard(change, "object-1");
  for (const markup of ["<script", "<img", "<b>", "<i>", "<x>"]) expect(text).not.toContain(markup);
  expect(text).toContain("&lt;script&gt;");
  expect(text).not.toMatch(/ (style|on[a-z]+)=/);
});

test("before and after stand side by side, and what is not set says so", () => {
  const { text } = objectCard(change, "object-1");
  expect(text).toContain("not null");
  expect(text).toMatch(/not set.*<ins>yes<\/ins>/);
});

test("a safer way in SQL can be copied, one in words is read", () => {
  expect(objectCard(change, "a").text).toContain("data-copy");
  expect(objectCard({ ...change, safer: "Keep the old name as a view." }, "a").text).not.toContain(
    "data-copy",
  );
});

test("an added table tells its columns in a line each, and a great many only in part", () => {
  const contains = Array.from({ length: 300 }, (_, i) => ({
    kind: "column" as const,
    identity: `public.t.c${i}`,
    attributes: { type: "integer", notNull: true, position: i + 1 },
  }));
  const { text } = objectCard(
    { ...change, identity: "public.t", action: "added", attributes: {}, contains },
    "a",
  );
  expect(text).toContain("<code>integer not null</code>");
  expect(text.match(/<tr>/g)?.length).toBe(101);
  expect(text).toContain("200 more objects");
});

test("thousands of lines that differ are shown in part, and how many there are said", () => {
  const text = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word}${i}`).join("\n");
  const attributes = { body: { before: text("a"), after: text("b") } };
  const card = objectCard({ ...change, attributes }, "a").text;
  expect(card.match(/<tr class="changed">/g)).toHaveLength(500);
  expect(card).toMatch(/2\D500 more rows/);
});
