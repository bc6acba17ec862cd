import { describe, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { compileIgnore, withoutIgnored } from "./ignore.ts";
import type { CatalogObject, Kind } from "./model.ts";

describe("compileIgnore", () => {
  const cases: [string, Kind, string, boolean][] = [
    ["audit", "schema", "audit", true],
    ["audit", "schema", "audit2", false],
    ["public.tmp_*", "table", "public.tmp_1", true],
    ["public.tmp_*", "table", "publicxtmp_1", false],
    ["public.t?", "table", "public.t1", true],
    ["public.t?", "table", "public.t12", false],
    ["table:*.log", "table", "public.log", true],
    ["table:*.log", "view", "public.log", false],
    ["materialized view:*", "materialized view", "a.b", true],
    ["function:public.f(*)", "function", "public.f(integer, text)", true],
    ['"A:b".*', "table", '"A:b".t', true],
    ["public.a[b]", "table", "public.a[b]", true],
    ["*", "table", 'public."line\nbreak"', true],
    ["table:public.😀?", "table", "public.😀😀", true],
  ];
  test.each(cases)("%s on %s %s", (pattern, kind, identity, expected) => {
    expect(compileIgnore([pattern]).matches(kind, identity)).toBe(expected);
  });

  test.each(["tabel:public.x", "", "   ", "table:"])("refuses %p by name", (pattern) => {
    try {
      compileIgnore(["fine", pattern]);
      throw new Error("accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).code).toBe("invalid");
      expect((error as AppError).message).toContain(`"${pattern}"`);
      expect((error as AppError).mend).toBeTruthy();
    }
  });
});

test("withoutIgnored takes what lives in it along", () => {
  const object = (kind: Kind, identity: string, parent?: CatalogObject): CatalogObject => ({
    kind,
    name: identity,
    identity,
    attributes: {},
    ...(parent === undefined ? {} : { parent }),
  });
  const schema = object("schema", "a");
  const table = object("table", "a.t", schema);
  const column = object("column", "a.t.c", table);
  const other = object("schema", "b");
  const all = [schema, other, table, column];
  expect(withoutIgnored(all, compileIgnore(["schema:a"]))).toEqual([other]);
  expect(withoutIgnored(all, compileIgnore(["table:*"]))).toEqual([schema, other]);
  expect(withoutIgnored(all, compileIgnore([]))).toBe(all);
});
