import { expect, test } from "bun:test";
import { typeChange } from "./type_change.ts";

test.each([
  ["character varying(20)", "character varying(40)", "wider", false],
  ["character varying(20)", "character varying", "wider", false],
  ["character varying(20)", "text", "wider", false],
  ["text", "character varying", "wider", false],
  ["text", "character varying(20)", "narrower", true],
  ["character varying(40)", "character varying(20)", "narrower", true],
  ["character varying", "character varying(20)", "narrower", true],
  ["character(5)", "character(9)", "wider", true],
  ["numeric(10,2)", "numeric(12,2)", "wider", false],
  ["numeric(10,2)", "numeric(12,4)", "narrower", true],
  ["numeric(10,2)", "numeric", "wider", false],
  ["numeric", "numeric(10,2)", "narrower", true],
  ["integer", "bigint", "wider", true],
  ["bigint", "integer", "narrower", true],
  ["real", "double precision", "wider", true],
  ["timestamp(3) with time zone", "timestamp with time zone", "wider", false],
  ["timestamp with time zone", "timestamp(3) with time zone", "narrower", true],
  ["character varying(20)[]", "character varying(40)[]", "wider", true],
  ["integer", "integer[]", "different", true],
  ["bigint", "text", "different", true],
  ["jsonb", "text", "different", true],
] as const)("%s to %s is %s, rewrite: %p", (before, after, sense, rewrite) => {
  expect(typeChange(before, after)).toEqual({ sense, rewrite });
});
