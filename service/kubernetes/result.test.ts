import { expect, test } from "bun:test";
import { MAX_RESULT_BYTES, readResult, writtenResult } from "./result.ts";

const handedOver = (result: Parameters<typeof writtenResult>[0], before = "") =>
  readResult(Buffer.from(before + writtenResult(result)), "ns/job");
const given = (text: string) => ({ bytes: Buffer.byteLength(text), text });

test("what is written is read again, whatever it holds", () => {
  for (const value of [null, 0, "für", { mark: "schemawatch-result 3\n", list: [1, 2] }]) {
    expect(handedOver(given(JSON.stringify(value, null, 2)))).toEqual(value);
  }
  expect(handedOver(given("{}"), "a warning\n")).toEqual({});
  expect(handedOver(null)).toBeNull();
});

test("a result that is not there, is no JSON, or is too large is said to be so", () => {
  expect(() => readResult(Buffer.from("killed\n"), "ns/job")).toThrow(
    /ns\/job succeeded, but its result was not/,
  );
  expect(() => handedOver(given("{'a': 1}"))).toThrow(/is no JSON: \{'a': 1\}/);
  expect(() => handedOver(given(""))).toThrow(/is no JSON/);
  expect(() => handedOver({ bytes: MAX_RESULT_BYTES + 1, text: "" })).toThrow(
    `takes ${MAX_RESULT_BYTES + 1} bytes; ${MAX_RESULT_BYTES} are allowed`,
  );
});
