import { expect, test } from "bun:test";
import { After, Lines, timed } from "./lines.ts";
import type { Cursor } from "./standing.ts";

function linesOf(...parts: (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const all = new Lines((line) => lines.push(line));
  for (const part of parts) all.push(typeof part === "string" ? Buffer.from(part) : part);
  all.end();
  return lines;
}

test("a log that comes in parts is told by its lines", () => {
  expect(linesOf("one\ntw", "o\r\n", "\n", "three")).toEqual(["one", "two", "three"]);
  const umlaut = Buffer.from("für\n");
  expect(linesOf(umlaut.subarray(0, 2), umlaut.subarray(2))).toEqual(["für"]);
  const [long = "", next] = linesOf("x".repeat(100_000), `${"x".repeat(100_000)}\nnext`);
  expect(long.length).toBe(64 * 1024);
  expect(next).toBe("next");
});

test("a line's time is told from its text", () => {
  const time = "2026-11-23T05:00:00.000000001Z";
  expect(timed(`${time} text  as it is`)).toEqual({ time, text: "text  as it is" });
  expect(timed(time)).toEqual({ time, text: "" });
  expect(timed("unable to retrieve container logs")).toBeNull();
});

test("a log that is read again goes on behind its cursor, also among lines of the same instant", () => {
  const at = (nanosecond: number) => `2026-11-23T05:00:00.00000000${nanosecond}Z`;
  const log = [at(1), at(2), at(2), at(2), at(3)];
  const taken = (cursor: Cursor | null): (Cursor | null)[] => {
    const after = new After(cursor);
    return log.map((time) => after.next(time));
  };
  const whole = taken(null);
  expect(whole.at(-2)).toEqual({ time: at(2), count: 3 });
  for (const [index, cursor] of whole.entries()) {
    const again = taken(cursor);
    expect(again.slice(index + 1)).toEqual(whole.slice(index + 1));
    expect(again.slice(0, index + 1).every((one) => one === null)).toBe(true);
  }
  // The zone is a node's own affair.
  const after = new After({ time: "2026-11-23T06:00:00.000000002+01:00", count: 1 });
  expect(after.next(at(1))).toBeNull();
  expect(after.next(at(3))).not.toBeNull();
});
