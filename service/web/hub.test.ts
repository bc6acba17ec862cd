import { expect, test } from "bun:test";
import type { Clock } from "../clock.ts";
import type { StoreEvent } from "../store/events.ts";
import { Hub, type Topic } from "./hub.ts";

/** A hub whose notices and clock the test holds. */
function hold() {
  const listeners = new Set<(event: StoreEvent) => void>();
  const sleepers: (() => void)[] = [];
  const clock: Clock = {
    now: () => new Date(0),
    monotonic: () => 0,
    sleep: () => new Promise((resolve) => sleepers.push(resolve)),
  };
  const events = {
    subscribe: (listener: (event: StoreEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {},
  };
  return {
    hub: new Hub(events, clock),
    listeners,
    tell: (event: StoreEvent) => {
      for (const listener of listeners) listener(event);
    },
    /** Lets every rest end. */
    wake: async () => {
      for (const resolve of sleepers.splice(0)) resolve();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

const run: StoreEvent = { type: "run", database: "shop", run: "7" };

test("a notice reaches those it concerns, once each, and after a loss everyone", () => {
  const { hub, tell } = hold();
  const heard: string[] = [];
  const hear = (name: string, ...topics: Topic[]) => hub.subscribe(topics, () => heard.push(name));
  hear("home", "home");
  hear("shop", "database:shop");
  hear("bank", "database:bank");
  hear("run", "run:7");
  hear("both", "database:shop", "run:7");
  const told = (event: StoreEvent) => {
    tell(event);
    return heard.splice(0).sort();
  };
  expect(told(run)).toEqual(["both", "home", "run", "shop"]);
  expect(told({ type: "change", database: "bank", change: "1" })).toEqual(["bank", "home"]);
  expect(told({ type: "database", database: "shop" })).toEqual(["both", "home", "shop"]);
  expect(told({ type: "look", database: "shop", run: "7" })).toEqual([]);
  expect(told({ type: "cancel", database: "shop", run: "7" })).toEqual([]);
  expect(told({ type: "resume" })).toEqual(["bank", "both", "home", "run", "shop"]);
});

test("the first notice is told at once, the many behind it once", async () => {
  const { hub, tell, wake } = hold();
  let calls = 0;
  hub.subscribe(["run:7"], () => calls++, 100);
  for (let i = 0; i < 10; i++) tell(run);
  expect(calls).toBe(1);
  await wake();
  expect(calls).toBe(2);
  await wake();
  expect(calls).toBe(2);
  tell(run);
  expect(calls).toBe(3);
});

test("who unsubscribed hears no more, not even what was owed", async () => {
  const { hub, tell, wake, listeners } = hold();
  let calls = 0;
  const stop = hub.subscribe(["run:7", "home"], () => calls++, 100);
  tell(run);
  tell(run);
  stop();
  await wake();
  tell(run);
  expect(calls).toBe(1);
  expect(hub.size).toBe(0);
  hub.close();
  expect(listeners.size).toBe(0);
});
