import { expect, test } from "bun:test";
import { diffLists, lineDiff, wordDiff } from "./diff.ts";

test("words that differ are marked on their own side", () => {
  const { before, after } = wordDiff("numeric(12,2) not null", "integer not null");
  expect(before.text).toBe("<del>numeric(12,2)</del> not null");
  expect(after.text).toBe("<ins>integer</ins> not null");
});

test("what a database wrote is escaped inside and outside of marks", () => {
  const { before, after } = wordDiff("a <b>", "a <i>");
  expect(before.text).toBe("a &lt;<del>b</del>&gt;");
  expect(after.text).toBe("a &lt;<ins>i</ins>&gt;");
});

test("lines pair up, keep their numbers, and far unchanged lines are left out", () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const after = lines.toSpliced(9, 1, "line ten", "line more");
  const rows = lineDiff(lines.join("\n"), after.join("\n"));
  expect(rows[0]).toBe(6);
  expect(rows.at(-1)).toBe(7);
  const changed = rows.filter((row) => typeof row !== "number" && row.changed);
  expect(changed).toHaveLength(2);
  expect(changed[0]).toMatchObject({ before: { number: 10 }, after: { number: 10 } });
  expect(changed[1]).toMatchObject({ before: null, after: { number: 11 } });
});

test("texts too long for the table are still shown whole", () => {
  const before = Array.from({ length: 1500 }, (_, i) => `a${i}`);
  const after = Array.from({ length: 1500 }, (_, i) => `b${i}`);
  const pieces = diffLists(["x", ...before, "y"], ["x", ...after, "y"]);
  expect(pieces).toHaveLength(3002);
  expect(pieces[0]).toEqual({ kind: "same", text: "x" });
  expect(pieces.at(-1)).toEqual({ kind: "same", text: "y" });
});

test("thousands of long lines that all differ are compared within a moment", () => {
  const text = (word: string) =>
    Array.from({ length: 4000 }, (_, i) => `${`${word}${i} `.repeat(60)}`).join("\n");
  const start = performance.now();
  expect(lineDiff(text("a"), text("b"))).toHaveLength(4000);
  expect(performance.now() - start).toBeLessThan(3000);
});

test("a megabyte in one line is compared at once, and shown with what differs and little else", () => {
  const long = "x y ".repeat(250_000);
  const start = performance.now();
  const { before, after } = wordDiff(`${long} numeric(12,2) ${long}`, `${long} integer ${long}`);
  expect(performance.now() - start).toBeLessThan(1000);
  expect(before.text).toContain("<del>numeric(12,2)</del>");
  expect(after.text).toContain("<ins>integer</ins>");
  expect(after.text).toContain("more characters");
  const rows = lineDiff(`a\n${long}\nb`, `a\n${long.replaceAll("x", "z")}\nb`);
  const replaced = wordDiff(long, long.replaceAll("x", "z"));
  for (const { length } of [before.text, after.text, JSON.stringify(rows), replaced.after.text])
    expect(length).toBeLessThan(10_000);
});
