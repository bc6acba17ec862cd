import { expect, test } from "bun:test";
import { Requests } from "./requests.ts";

test("a run waits until it is settled, and a turn that read the store before does not bring it back", () => {
  const requests = new Requests();
  expect(requests.add(["1", "2"])).toBe(true);
  expect(requests.add(["2"])).toBe(false);
  requests.settle(["1"]);
  expect(requests.waiting()).toEqual(["2"]);
  expect(requests.add(["1"])).toBe(false);
  requests.turned();
  expect(requests.add(["1"])).toBe(false);
  requests.turned();
  // Two turns later the store itself says so: it waits again, or the hand-over never was.
  expect(requests.add(["1"])).toBe(true);
  expect(requests.waiting()).toEqual(["2", "1"]);
});
