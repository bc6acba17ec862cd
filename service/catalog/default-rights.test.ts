import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { compileIgnore } from "./ignore.ts";
import { readSnapshot } from "./snapshot.ts";
import { changes, look } from "./testing.ts";

let database: TestDatabase;
let major = 0;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query("create role defaults_ann; create role defaults_bob; create role defaults_plain");
  const [row] = await database.db.query<{ major: number }>(
    "select current_setting('server_version_num')::int / 10000 as major",
  );
  major = row?.major ?? 0;
}, 60_000);
afterAll(async () => {
  await database.db.query(`
    drop owned by defaults_ann; drop owned by defaults_bob; drop owned by defaults_plain; drop extension if exists citext cascade; drop schema if exists s cascade;
    drop role if exists defaults_eve; drop role defaults_ann; drop role defaults_bob; drop role defaults_plain`);
  await database.drop();
});

type Case = readonly [
  name: string,
  setup: string,
  ddl: string,
  expected: readonly string[],
  since?: number | undefined,
];

async function tell([, setup, ddl, expected, since = 14]: Case): Promise<void> {
  if (major < since) return;
  const clean =
    "drop owned by defaults_ann; drop owned by defaults_bob; drop extension if exists citext cascade; create schema if not exists s";
  expect(await changes(database.db, `${clean}; ${setup}`, ddl)).toEqual([...expected]);
}

describe("default privileges", () => {
  const forAnn = "alter default privileges for role defaults_ann";
  const cases: readonly Case[] = [
    [
      "of a role",
      "",
      `${forAnn} grant select on tables to defaults_bob`,
      ["added default privileges defaults_ann.tables"],
    ],
    [
      "of a role in a schema",
      "",
      `${forAnn} in schema s grant select on tables to defaults_bob`,
      ["added default privileges s.defaults_ann.tables"],
    ],
    [
      "altered",
      `${forAnn} grant select on tables to defaults_bob`,
      `${forAnn} grant insert on tables to defaults_bob with grant option`,
      [
        "altered default privileges defaults_ann.tables: grants [defaults_bob: SELECT] → [defaults_bob: SELECT, INSERT (with grant option: INSERT)]",
      ],
    ],
    [
      "altered in a schema",
      `${forAnn} in schema s grant select on tables to defaults_bob`,
      `${forAnn} in schema s grant insert on tables to public`,
      [
        "altered default privileges s.defaults_ann.tables: grants [defaults_bob: SELECT] → [PUBLIC: INSERT | defaults_bob: SELECT]",
      ],
    ],
    [
      "revoked, and so back to PostgreSQL's own",
      `${forAnn} grant select on tables to defaults_bob`,
      `${forAnn} revoke select on tables from defaults_bob`,
      ["removed default privileges defaults_ann.tables"],
    ],
    [
      "what PUBLIC has by default",
      `${forAnn} grant execute on functions to defaults_bob`,
      `${forAnn} revoke execute on functions from public`,
      [
        "altered default privileges defaults_ann.functions: grants [defaults_bob: EXECUTE] → [PUBLIC: no EXECUTE | defaults_bob: EXECUTE]",
      ],
    ],
    [
      "on sequences, types, schemas",
      "",
      `${forAnn} grant usage on sequences to defaults_bob; ${forAnn} revoke usage on types from public;
         ${forAnn} grant create on schemas to defaults_bob`,
      [
        "added default privileges defaults_ann.schemas",
        "added default privileges defaults_ann.sequences",
        "added default privileges defaults_ann.types",
      ],
    ],
    [
      "on large objects",
      "",
      `${forAnn} grant select on large objects to defaults_bob`,
      [`added default privileges defaults_ann."large objects"`],
      18,
    ],
    [
      "gone with the schema",
      `${forAnn} in schema s grant select on tables to defaults_bob`,
      "drop schema s cascade",
      ["removed schema s", "removed default privileges s.defaults_ann.tables"],
    ],
  ];
  for (const one of cases) test(one[0], () => tell(one));

  test("follow a role that is renamed", async () => {
    await tell([
      "",
      `${forAnn} in schema s grant select on tables to defaults_bob`,
      "alter role defaults_ann rename to defaults_eve",
      ["renamed role defaults_eve from defaults_ann"],
    ]);
    await database.db.query("alter role defaults_eve rename to defaults_ann");
  });
});

describe("parameters", () => {
  const cases: readonly Case[] = [
    [
      "granted",
      "",
      "grant set on parameter log_min_duration_statement to defaults_bob",
      ["added parameter log_min_duration_statement"],
      15,
    ],
    [
      "granted to more",
      "grant set on parameter log_min_duration_statement to defaults_bob",
      "grant set, alter system on parameter log_min_duration_statement to defaults_ann with grant option",
      [
        "altered parameter log_min_duration_statement: grants [defaults_bob: SET] → [defaults_ann: SET, ALTER SYSTEM (with grant option: SET, ALTER SYSTEM) | defaults_bob: SET]",
      ],
      15,
    ],
    [
      "revoked",
      `grant set on parameter "my.own" to defaults_bob`,
      `revoke set on parameter "my.own" from defaults_bob`,
      [`removed parameter "my.own"`],
      15,
    ],
  ];
  for (const one of cases) test(one[0], () => tell(one));
});

describe("large objects", () => {
  const made = "select lo_unlink(oid) from pg_largeobject_metadata; select lo_create(4711), lo_create(4712)";
  const cases: readonly Case[] = [
    [
      "made, filled, unlinked: data",
      made,
      "select lo_create(4713), lo_put(4711, 0, 'x'), lo_unlink(4712)",
      [],
    ],
    ["granted", made, "grant select on large object 4711 to defaults_bob", ["added large object 4711"]],
    [
      "granted more, owned and explained otherwise",
      `${made}; grant select on large object 4711 to defaults_bob`,
      "grant update on large object 4711 to public; alter large object 4711 owner to defaults_bob; comment on large object 4711 is 'x'",
      [
        "altered large object 4711: comment null → x; grants [defaults_bob: SELECT] → [PUBLIC: UPDATE]; owner schemawatch → defaults_bob",
      ],
    ],
    [
      "revoked",
      `${made}; grant select on large object 4711 to defaults_bob`,
      "revoke select on large object 4711 from defaults_bob",
      ["removed large object 4711"],
    ],
  ];
  for (const one of cases) test(one[0], () => tell(one));

  test("beyond a thousand are counted", async () => {
    await database.db.query(`${made}; do $$ begin for n in 1..1003 loop
      perform lo_create(n); execute format('grant select on large object %s to public', n); end loop; end $$`);
    const { objects, unreadable } = await look(database.db);
    expect(objects.filter(({ kind }) => kind === "large object")).toHaveLength(1000);
    expect(unreadable).toEqual(["3 more large objects with grants"]);
    await database.db.query(made);
  });
});

describe("rights on an extension's members", () => {
  const cases: readonly Case[] = [
    ["as the extension made them", "create extension citext schema s", "", []],
    [
      "granted and revoked",
      "create extension citext schema s",
      "revoke execute on function s.citext_eq(s.citext, s.citext) from public; grant execute on function s.citext_eq(s.citext, s.citext) to defaults_bob",
      [
        "altered extension citext: memberGrants null → [function s.citext_eq(s.citext,s.citext): PUBLIC: no EXECUTE | function s.citext_eq(s.citext,s.citext): defaults_bob: EXECUTE]",
      ],
    ],
    [
      "granted back",
      "create extension citext schema s; revoke usage on type s.citext from public",
      "grant usage on type s.citext to public",
      ["altered extension citext: memberGrants [type s.citext: PUBLIC: no USAGE] → null"],
    ],
    [
      "on its language",
      "",
      "revoke usage on language plpgsql from public",
      ["altered extension plpgsql: memberGrants null → [language plpgsql: PUBLIC: no USAGE]"],
    ],
    [
      "granted back on its language",
      "",
      "grant usage on language plpgsql to public",
      ["altered extension plpgsql: memberGrants [language plpgsql: PUBLIC: no USAGE] → null"],
    ],
  ];
  for (const one of cases) test(one[0], () => tell(one));
});

describe("rights on what came with the server", () => {
  const cases: readonly Case[] = [
    [
      "granted and revoked",
      "",
      `grant execute on function pg_ls_waldir() to defaults_bob; revoke select on pg_catalog.pg_roles from public;
       grant select (rolname) on pg_authid to defaults_bob`,
      [
        "altered database current_database: builtinGrants null → [function pg_catalog.pg_ls_waldir(): defaults_bob: EXECUTE | table column pg_catalog.pg_authid.rolname: defaults_bob: SELECT | view pg_catalog.pg_roles: PUBLIC: no SELECT]",
      ],
    ],
    [
      "granted back",
      "",
      "grant select on pg_catalog.pg_roles to public",
      [
        "altered database current_database: builtinGrants [view pg_catalog.pg_roles: PUBLIC: no SELECT] → null",
      ],
    ],
  ];
  for (const one of cases) test(one[0], () => tell(one));
});

test("security labels stand with what they are on", async () => {
  // No provider of labels can be loaded here: the rows are what SECURITY LABEL writes.
  const label = `set allow_system_table_mods = on;
    insert into pg_seclabel values ('s.t'::regclass, 'pg_class'::regclass, 0, 'dummy', 'secret'), ('s.t'::regclass, 'pg_class'::regclass, 1, 'dummy', 'top');
    reset allow_system_table_mods`;
  await tell([
    "",
    "create table t (a int)",
    label,
    [
      "altered table s.t: securityLabels null → [dummy: secret]",
      "altered column s.t.a: securityLabels null → [dummy: top]",
    ],
  ]);
});

test("a plain role sees the same", async () => {
  await tell([
    "",
    `create extension citext schema s; revoke usage on type s.citext from public; select lo_create(4799);
     grant select on large object 4799 to defaults_bob; alter default privileges for role defaults_ann grant select on tables to public`,
    "",
    [],
  ]);
  const whole = await look(database.db);
  const plain = await database.db.reserve(async (session) => {
    await session.query("set role defaults_plain; begin isolation level repeatable read read only");
    const seen = await readSnapshot(session, { ignore: compileIgnore([]) });
    await session.query("commit; reset role");
    return seen;
  });
  expect(plain.objects).toEqual(whole.objects);
  expect(plain.unreadable).toEqual([]);
});
