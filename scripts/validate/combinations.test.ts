import { expect, test } from "bun:test";
import { AXES, combinations } from "./combinations.ts";

const ALL = AXES.flat().filter((component) => component !== null);

test("every two components that may go together do so in some combination", () => {
  const rows = combinations(ALL);
  for (const [i, axis] of AXES.entries()) {
    for (const one of axis) {
      for (const other of AXES.slice(i + 1).flat()) {
        if (one === null || other === null) continue;
        expect(
          rows.some((row) => row.includes(one) && row.includes(other)),
          `${one} with ${other}`,
        ).toBe(true);
      }
    }
  }
  expect(rows.length).toBeLessThan(15);
});

test("every component is left out of some combination, where it may be", () => {
  for (const axis of AXES.filter((values) => values.includes(null))) {
    expect(
      combinations(ALL).some((row) => axis.every((value) => value === null || !row.includes(value))),
    ).toBe(true);
  }
});

test("no combination has two components that exclude each other, and each has what an environment needs", () => {
  for (const row of combinations(ALL)) {
    for (const axis of AXES) {
      const chosen = row.filter((component) => axis.includes(component)).length;
      expect(chosen).toBeLessThanOrEqual(1);
      if (!axis.includes(null)) expect(chosen).toBe(1);
    }
  }
});
