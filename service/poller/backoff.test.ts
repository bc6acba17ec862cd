import { expect, test } from "bun:test";
import { backoffMs } from "./backoff.ts";

test("the wait doubles from one second to a minute, less up to a quarter", () => {
  expect([1, 2, 3, 6, 7, 1000].map((failures) => backoffMs(failures, 0))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000,
  ]);
  expect(backoffMs(1, 0.999)).toBeGreaterThan(750);
  expect(backoffMs(1, 0.999)).toBeLessThan(1000);
});
