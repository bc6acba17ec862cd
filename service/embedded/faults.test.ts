import { expect, test } from "bun:test";
import type { AppError } from "../errors.ts";
import { mendable, serverFault } from "./faults.ts";

/** As PostgreSQL 18 and initdb wrote them. */
test.each<[string, string, string]>([
  [
    'initdb: error: could not write to file "/data/base/1/1259": No space left on device',
    "unavailable",
    "The disk is full",
  ],
  [
    'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    "unavailable",
    "The disk is full",
  ],
  ['initdb: error: could not access directory "/data": Permission denied', "forbidden", "There is no right"],
  ['FATAL:  data directory "/data" has wrong ownership', "forbidden", "There is no right"],
  [
    "FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized by PostgreSQL version 17, which is not compatible with this version 18.4.",
    "conflict",
    "is of PostgreSQL 17, the embedded one is 18",
  ],
  ['PANIC:  could not read file "global/pg_control": read 100 of 296', "conflict", "is damaged"],
  ['FATAL:  lock file "postmaster.pid" already exists', "conflict", "Another server uses"],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', "conflict", "port was taken"],
  ["initdb: could not look up effective user ID 123: user does not exist", "unavailable", "none for 123"],
  ["FATAL:  something new", "unavailable", "It did not start (/data): FATAL:  something new"],
])("%s", (output, code, message) => {
  const fault = serverFault(output, "/data", "It did not start");
  expect(fault.code).toBe(code as AppError["code"]);
  expect(fault.message).toContain(message);
  expect(fault.mend).toBeTruthy();
});

test("what the system refuses us is told the same way; a defect stays one", async () => {
  const refuse = (code: string) =>
    mendable("/data", () => Promise.reject(Object.assign(new Error(`${code}: x`), { code })));
  expect(refuse("EACCES")).rejects.toMatchObject({ code: "forbidden" });
  expect(refuse("ENOSPC")).rejects.toMatchObject({ code: "unavailable" });
  const defect = new TypeError("x is undefined");
  expect(mendable("/data", () => Promise.reject(defect))).rejects.toBe(defect);
});
