import { expect, test } from "bun:test";
import { readGrant } from "./grant_lines.ts";

test("tells what each role won and lost", () => {
  expect(
    readGrant(["app: INSERT, SELECT", "report: SELECT"], ["app: SELECT", "staff: SELECT, UPDATE"]),
  ).toEqual({
    won: ["staff: SELECT", "staff: UPDATE"],
    lost: ["app: INSERT", "report: SELECT"],
  });
});

test("a default that was revoked is lost, and won when it is back", () => {
  expect(readGrant([], ["PUBLIC: no EXECUTE"])).toEqual({ won: [], lost: ["PUBLIC: EXECUTE"] });
  expect(readGrant(["PUBLIC: no EXECUTE"], [])).toEqual({ won: ["PUBLIC: EXECUTE"], lost: [] });
});

test("the grant option is a right of its own", () => {
  expect(readGrant(["app: SELECT"], ["app: SELECT (with grant option: SELECT)"])).toEqual({
    won: ["app: SELECT with grant option"],
    lost: [],
  });
});

test("reads grantees with odd names", () => {
  expect(readGrant(['"a: b": SELECT (with grant option: SELECT)'], []).lost).toEqual([
    '"a: b": SELECT',
    '"a: b": SELECT with grant option',
  ]);
});

test("who granted gives and takes nothing", () => {
  expect(readGrant(["app: SELECT"], ['app: SELECT (granted by "a (b)")'])).toEqual({ won: [], lost: [] });
  expect(readGrant(["app: SELECT", "app: SELECT (granted by staff)"], ["app: SELECT"]).lost).toEqual([]);
});

test("what one revoked and another granted is still there", () => {
  const both = ["PUBLIC: no EXECUTE", "PUBLIC: EXECUTE (granted by staff)"];
  expect(readGrant([], both)).toEqual({ won: [], lost: [] });
  expect(readGrant(both, ["PUBLIC: no EXECUTE"])).toEqual({ won: [], lost: ["PUBLIC: EXECUTE"] });
});
