import { readFileSync } from "node:fs";
import { readGate } from "../../../service/catalog/gate.ts";
import { compileIgnore } from "../../../service/catalog/ignore.ts";
import { systemClock } from "../../../service/clock.ts";
import { takeLook } from "../../../service/look.ts";
import { connect } from "../../../service/postgres/client.ts";
import { READER_SETTINGS } from "../../../service/postgres/reader.ts";

/*
 * A first exact look in a process of its own, as the poller takes it: `bun look.ts URL`. Says {"seconds", "peakMb"} as
 * JSON: the time from connecting to the whole snapshot, and the most memory that the process ever had, its start
 * included. Linux only.
 */

const begun = performance.now();
const database = connect({
  url: process.argv[2] ?? "",
  applicationName: "bench",
  maxConnections: 1,
  deadlineMs: 120_000,
  settings: READER_SETTINGS,
});
const limits = { most: 1, deadlineMs: 120_000, clock: systemClock };
await takeLook(database, await readGate(database), { ignore: compileIgnore([]) }, limits);
const seconds = (performance.now() - begun) / 1000;
await database.close();
console.log(JSON.stringify({ seconds, peakMb: peakBytes() / 1e6 }));

/** proc(5), VmHWM: in KiB. It begins anew with each program, unlike getrusage(2)'s figure. */
function peakBytes(): number {
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (peak === undefined) throw new Error("/proc/self/status does not say the peak memory");
  return Number(peak) * 1024;
}
