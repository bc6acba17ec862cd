import { expect, test } from "bun:test";
import type { ServerReading } from "../catalog/server-gate.ts";
import type { Mark } from "./prepare.ts";
import { Quiet } from "./quiet.ts";

const gate = { database: 7, system: "1", started: "100", recovery: false, counters: "" };
const mark: Mark = { gate, ignore: [] };

function taken(at: number, change: Partial<ServerReading> = {}) {
  const reading: ServerReading = {
    system: "1",
    started: "100",
    recovery: false,
    counting: true,
    shared: "1,2",
    databases: new Map([[7, "10 "]]),
    busy: new Map(),
    ...change,
  };
  return { at, reading };
}

/** After its own gate was read at 1,000 ms. */
function read(): Quiet {
  const quiet = new Quiet();
  quiet.read(taken(900), mark, 1000);
  return quiet;
}

test("a database is quiet as long as its server says the same of it", () => {
  expect(read().isQuiet(taken(6000), mark)).toBe(true);
  expect(read().isQuiet(taken(600_000), mark)).toBe(true);
});

test("nothing is known before its own gate was read, and when the look was not handed over", () => {
  expect(new Quiet().isQuiet(taken(900), mark)).toBe(false);
  expect(read().isQuiet(taken(6000), { ...mark })).toBe(false);
});

test.each<[string, Partial<ServerReading>]>([
  ["rows were written in it", { databases: new Map([[7, "11 "]]) }],
  ["its statistics were reset and counted up again", { databases: new Map([[7, "10 1763872.5"]]) }],
  ["it was dropped", { databases: new Map([[8, "10 "]]) }],
  ["a shared catalog moved", { shared: "1,3" }],
  ["another server answers", { system: "2" }],
  ["the role may not know the server", { system: null }],
  ["the server was restarted", { started: "200" }],
  ["a standby answers", { recovery: true }],
  ["nothing is counted", { counting: false }],
  ["a client is at work in it", { busy: new Map([[7, 0]]) }],
  ["a client was at work since its own gate was read", { busy: new Map([[7, 4.5]]) }],
])("its own gate is read when %s", (_, change) => {
  expect(read().isQuiet(taken(6000, change), mark)).toBe(false);
});

test("a server that its gate cannot be known of is never quiet", () => {
  const unknown: Mark = { ...mark, gate: { ...gate, system: null } };
  const quiet = new Quiet();
  quiet.read(taken(900, { system: null }), unknown, 1000);
  expect(quiet.isQuiet(taken(6000, { system: null }), unknown)).toBe(false);
});

test("what others wrote, and a client that was at work before, is no reason", () => {
  const others = new Map([
    [7, "10 "],
    [8, "99 "],
  ]);
  expect(read().isQuiet(taken(6000, { databases: others, busy: new Map([[8, 0]]) }), mark)).toBe(true);
  expect(read().isQuiet(taken(6000, { busy: new Map([[7, 8]]) }), mark)).toBe(true);
});

test("after it moved, its own gate is read once more when held back counters must have come in", () => {
  const quiet = read();
  const moved = { databases: new Map([[7, "12 "]]) };
  quiet.read(taken(6000, moved), mark, 6000);
  expect(quiet.isQuiet(taken(11_000, moved), mark)).toBe(true);
  expect(quiet.isQuiet(taken(17_000, moved), mark)).toBe(false);
  quiet.read(taken(17_000, moved), mark, 17_000);
  expect(quiet.isQuiet(taken(22_000, moved), mark)).toBe(true);
});
