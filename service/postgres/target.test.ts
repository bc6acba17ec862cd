import { expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { describe, parseTarget } from "./target.ts";

test.each<[string, string]>([
  ["postgres://me:secret@db.example:5433/shop", "me@db.example:5433/shop"],
  ["postgresql://me@db.example/shop", "me@db.example:5432/shop"],
  ["postgres://me:secret@db.example", "me@db.example:5432/me"],
  ["postgres://me:secret@[::1]:6000/shop", "me@[::1]:6000/shop"],
  ["postgres://me:se%2Fcret@/shop?host=/run/pg&port=6000", "me@/run/pg/.s.PGSQL.6000/shop"],
  ["postgres://m%40e:x@%2Frun%2Fpg/shop", "m@e@/run/pg/.s.PGSQL.5432/shop"],
  ["postgres:///shop?user=me&password=secret&host=db", "me@db:5432/shop"],
  ["mysql://me:secret@db/shop", "an unreadable URL"],
])("%s is described without its password", (url, shown) => {
  expect(describe(url)).toBe(shown);
});

test("TLS is asked for beyond this machine, unless the URL says otherwise", () => {
  const mode = (url: string) => parseTarget(url).tls;
  expect(mode("postgres://me@localhost/db")).toBe("disable");
  expect(mode("postgres://me@127.0.0.1/db")).toBe("disable");
  expect(mode("postgres://me@db.example/db")).toBe("prefer");
  expect(mode("postgres://me@localhost/db?sslmode=verify-full")).toBe("verify-full");
});

test("the password is decoded", () => {
  expect(parseTarget("postgres://me:a%40b%3Ac@db/x").password).toBe("a@b:c");
});

test.each([
  "http://me:secret@db/shop",
  "postgres://me:secret@db:0/shop",
  "postgres://me:secret@db:99999/shop",
  "postgres://me:secret@db/shop?sslmod=require",
  "postgres://me:secret@db/shop?sslmode=maybe",
  "postgres://me:secret@a,b/shop",
  "postgres://me:secret%zz@db/shop",
  "postgres://me:secret@d b/shop",
  "secret",
])("%s is refused without being repeated", (url) => {
  try {
    parseTarget(url);
    throw new Error("accepted");
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("invalid");
    expect(`${(error as AppError).message}${(error as AppError).mend}`).not.toContain("secret");
  }
});
