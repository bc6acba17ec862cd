import { expect, test } from "bun:test";
import { join } from "node:path";
import { RULES } from "./judge.ts";

test("docs/rules.md names rules that there are, for all of the linters' own", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../../docs/rules.md")).text();
  const rows = [...text.matchAll(/^\| (.+?) \| (.+) \|$/gm)].filter(([, theirs]) =>
    /[`\d]/.test(theirs ?? ""),
  );
  const known = new Set(RULES.map((rule) => rule.name));
  const named = rows.flatMap(([, , ours]) =>
    [...(ours ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(named.filter((name) => !known.has(name ?? ""))).toEqual([]);
  const [first = ""] = text.split("Its later rules");
  const squawk = [...first.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, theirs]) => [
    ...(theirs ?? "").matchAll(/`/g),
  ]);
  expect(squawk.length / 2).toBe(37);
  expect([...text.matchAll(/^\| [EW]\d+ /gm)]).toHaveLength(15);
});
