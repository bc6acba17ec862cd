import { expect, test } from "bun:test";
import { narrowed } from "../testing.ts";
import { handedOver } from "./handed-over.ts";

const run = { id: "7", cause: "change" as const, requestedBy: null };
const judge = {
  worst: "breaking" as const,
  counts: { breaking: 1, risky: 0, safe: 0 },
  reasons: [],
  summary: "s",
};
const impact = { dependents: [], relations: [], limits: ["x".repeat(1000)] };
const objects = Array.from({ length: 40 }, (_, n) => ({
  ...narrowed,
  identity: `public.t${n}`,
  statements: [],
}));
const load = {
  database: "shop",
  look: null,
  change: {
    id: "9",
    foundAt: "2026-11-23T05:00:00.000Z",
    summary: "altered",
    compatibility: "breaking" as const,
    breaking: 40,
    risky: 0,
    safe: 0,
    objects,
    note: null,
    attribution: "none" as const,
    authors: [],
    statements: [],
    transients: [],
    transientCount: 0,
  },
  baseline: { file: null, state: "none" as const, reason: null, drift: 0 },
};
const given = (most?: number) => {
  const { change } = handedOver(run, load, judge, impact, most);
  return { bytes: Buffer.byteLength(change), ...JSON.parse(change) };
};

test("all of it is handed over where there is room", () => {
  expect(given()).toMatchObject({ database: "shop", change: { id: 9, objects }, impact });
});

test("where there is less room the last objects are left out, and then the impact", () => {
  const some = given(10_000);
  expect(some.bytes).toBeLessThanOrEqual(10_000);
  expect(some.change.objects).toEqual(objects.slice(0, some.change.objects.length));
  expect(some.change.objects.length).toBeGreaterThan(0);
  expect(some.impact).toEqual(impact);
  const least = given(900);
  expect(least).toMatchObject({ change: { id: 9, breaking: 40, objects: [] }, impact: null });
  expect(() => given(100)).toThrow(/takes \d+ bytes as JSON; 100 can be handed over/);
});
