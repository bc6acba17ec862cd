import { expect, test } from "bun:test";
import { Shared } from "./shared.ts";

/** A memory whose clock the test holds. */
function hold() {
  let now = 0;
  const clock = { now: () => new Date(now), monotonic: () => now, sleep: async () => {} };
  let loads = 0;
  const shared = new Shared(clock);
  return {
    shared,
    pass: (ms: number) => {
      now += ms;
    },
    read: (key = "a") => shared.read(key, async () => ++loads),
  };
}

test("who asks for the same before the next notice is given one answer", async () => {
  const { shared, read } = hold();
  expect(await Promise.all([read(), read(), read("b"), read()])).toEqual([1, 1, 2, 1]);
  shared.forget();
  expect(await read()).toBe(3);
});

test("what is asked after a notice is never an answer from before it, though that one is still under way", async () => {
  const { shared, read } = hold();
  const before = read();
  shared.forget();
  const after = read();
  expect([await before, await after]).toEqual([1, 2]);
});

test("an answer grows old, and a failure is not kept", async () => {
  const { shared, read, pass } = hold();
  expect(await read()).toBe(1);
  pass(999);
  expect(await read()).toBe(1);
  pass(1);
  expect(await read()).toBe(2);
  await expect(shared.read("f", () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  expect(await shared.read("f", async () => "back")).toBe("back");
});
