import { expect, test } from "bun:test";
import { Lane } from "./lane.ts";
import { Memory } from "./memory.ts";

test("of many schemas those used last stay in mind, and a very large one always", () => {
  const memory = new Memory();
  const released: string[] = [];
  const owners = ["large", "a", "b", "c"].map((name) => ({ name }));
  const keep = (at: number, objects: number) =>
    memory.keep(owners[at] as object, objects, () => released.push(owners[at]?.name ?? ""));
  keep(0, 100_000);
  keep(1, 4000);
  keep(2, 4000);
  for (let more = 0; more < 3; more += 1) memory.keep({}, 4000, () => {});
  expect(released).toEqual([]);
  keep(1, 4000);
  keep(3, 4000);
  expect(released).toEqual(["b"]);
});

test("so many at a time, in the order of asking, whatever becomes of each", async () => {
  const lane = new Lane(2);
  const order: number[] = [];
  let inside = 0;
  let most = 0;
  const work = (nth: number) =>
    lane.run(async () => {
      order.push(nth);
      most = Math.max(most, ++inside);
      await Bun.sleep(5);
      inside -= 1;
      if (nth === 1) throw new Error("failed");
      return nth;
    });
  const ended = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
  expect(ended.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
  expect([order, most]).toEqual([[0, 1, 2, 3, 4], 2]);
});
