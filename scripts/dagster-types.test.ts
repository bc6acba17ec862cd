import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GENERATED, SCHEMA, typesOf } from "./dagster/types.ts";
import { ROOT } from "./lib/tools.ts";

/* That the schema is the pinned Dagster's own is tested where one runs: service/worker/dagster.test.ts. */

const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");

test.each(GENERATED.map((one) => [one.to, one] as const))(
  "%s is what `make dagster-types` makes",
  async (to, { from, document }) => {
    expect(await typesOf(text(SCHEMA), text(from), document)).toBe(text(to));
  },
);

test("a document that does not fit the schema is refused", async () => {
  const made = typesOf(text(SCHEMA), "query Version { versions }", "./document.ts");
  await expect(made).rejects.toThrow(/do not fit service\/dagster\/schema\.graphql.*"versions"/s);
});
