import { describe, expect, test } from "bun:test";
import { KINDS } from "../../catalog/model.ts";
import { MAJORS } from "../majors.ts";
import { testDatabase } from "../postgres.ts";
import { HISTORIES } from "./histories.ts";
import { replay, tidy } from "./replay.ts";

describe("after each statement of each kind's history the diff says what pg_dump says", () => {
  test.each(MAJORS)(
    "on PostgreSQL %i",
    async (major) => {
      const database = await testDatabase({ major });
      const admin = await testDatabase({ major });
      try {
        const findings = await replay({ ...database, major }, HISTORIES);
        expect(
          findings.map(({ history, sql, faults }) => `${history}: ${sql}\n  ${faults.join("\n  ")}`),
        ).toEqual([]);
      } finally {
        await database.drop();
        await tidy(admin.db);
        await admin.drop();
      }
    },
    300_000,
  );
});

test("every kind has a history", () => {
  const told = new Set(HISTORIES.flatMap(({ kinds }) => kinds));
  expect(KINDS.filter((kind) => !told.has(kind))).toEqual([]);
});
