import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { compileIgnore } from "./ignore.ts";
import { readSnapshot } from "./snapshot.ts";
import { changes, look } from "./testing.ts";
import { formatSnapshot } from "./text.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query("create role foreign_ann login; create role foreign_bob");
}, 60_000);
afterAll(async () => {
  await database.db.query(`${clean}; drop schema s cascade; drop role foreign_ann; drop role foreign_bob`);
  await database.drop();
});

const clean = "drop foreign data wrapper if exists w, ww, w2 cascade";
const setup = `${clean};
  create foreign data wrapper w options (debug 'true');
  create server far type 'oracle' version '1' foreign data wrapper w options (host 'a', password 'hunter2');
  create user mapping for foreign_ann server far options (user 'ann', password 'hunter2');
  create foreign table f (id int options (key 'true') not null, note text) server far options (name 'f')`;

describe("foreign data", () => {
  const cases: [string, string, string[]][] = [
    ["wrapper added", "create foreign data wrapper w2", ["added foreign data wrapper w2"]],
    [
      "wrapper renamed",
      "alter foreign data wrapper w rename to ww",
      ["renamed foreign data wrapper ww from w"],
    ],
    [
      "wrapper's validator and options",
      "alter foreign data wrapper w validator postgresql_fdw_validator options (drop debug)",
      [
        "altered foreign data wrapper w: options [debug=true] → null; validator null → postgresql_fdw_validator",
      ],
    ],
    [
      "wrapper's rights and comment",
      "grant usage on foreign data wrapper w to foreign_bob; comment on foreign data wrapper w is 'x'",
      ["altered foreign data wrapper w: comment null → x; grants null → [foreign_bob: USAGE]"],
    ],
    [
      "everything dropped",
      clean,
      [
        "removed foreign data wrapper w",
        "removed foreign server far",
        "removed user mapping far.foreign_ann",
        "removed foreign table s.f with column s.f.id, column s.f.note",
      ],
    ],
    [
      "server renamed; nothing that names it differs",
      "alter server far rename to near",
      ["renamed foreign server near from far"],
    ],
    [
      "server's version and options",
      "alter server far version '2' options (set host 'b')",
      [
        "altered foreign server far: options [host=a | password=(hidden)] → [host=b | password=(hidden)]; version 1 → 2",
      ],
    ],
    ["server's password: that it changed is not told", "alter server far options (set password 'other')", []],
    [
      "server's owner, rights, comment",
      "grant usage on foreign server far to foreign_bob; comment on server far is 'x'",
      ["altered foreign server far: comment null → x; grants null → [foreign_bob: USAGE]"],
    ],
    [
      "mapping added for everybody",
      "create user mapping for public server far",
      ["added user mapping far.public"],
    ],
    [
      "mapping's options by name",
      "alter user mapping for foreign_ann server far options (drop user, set password 'x')",
      ["altered user mapping far.foreign_ann: options [password | user] → [password]"],
    ],
    [
      "mapping dropped",
      "drop user mapping for foreign_ann server far",
      ["removed user mapping far.foreign_ann"],
    ],
    [
      "table added, with its parts",
      "create foreign table g (a int check (a > 0)) server far",
      ["added foreign table s.g with column s.g.a, constraint s.g.g_a_check"],
    ],
    ["table renamed", "alter foreign table f rename to ff", ["renamed foreign table s.ff from s.f"]],
    [
      "table's options",
      "alter foreign table f options (set name 'g', add fetch '1')",
      ["altered foreign table s.f: options [name=f] → [fetch=1 | name=g]"],
    ],
    [
      "table's columns",
      `alter foreign table f add c int, alter note type varchar(3), alter id drop not null, alter id options (drop key),
         alter note set default 'x', alter note set statistics 3; alter foreign table f rename id to idd`,
      [
        "added column s.f.c",
        "renamed column s.f.idd from s.f.id: foreignOptions [key=true] → null; notNull true → null",
        "altered column s.f.note: default null → 'x'::character varying; statistics null → 3; type text → character varying(3)",
      ],
    ],
    [
      "table's trigger, rights and comment",
      `create function tr() returns trigger language plpgsql as 'begin end'; grant select on f to foreign_bob;
         create trigger t before insert on f for each row execute function tr(); comment on foreign table f is 'x'`,
      [
        "altered foreign table s.f: comment null → x; grants null → [foreign_bob: SELECT]",
        "added function s.tr()",
        "added trigger s.f.t",
      ],
    ],
    [
      "table as a partition",
      `create table p (a int) partition by list (a);
         create foreign table p1 partition of p for values in (1) server far`,
      ["added table s.p with column s.p.a", "added foreign table s.p1 with column s.p1.a"],
    ],
    [
      "table's owner",
      "alter foreign table f owner to foreign_bob",
      ["altered foreign table s.f: owner schemawatch → foreign_bob"],
    ],
  ];
  test.each(cases)("%s", async (_, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });

  test("a partition's columns are told with its parent's", async () => {
    const parts = `create table p (a int) partition by list (a);
      create foreign table p1 partition of p for values in (1) server far`;
    expect(await changes(database.db, `${setup}; ${parts}`, "alter table p add b int")).toEqual([
      "added column s.p.b",
    ]);
    expect(await changes(database.db, `${setup}; ${parts}`, "alter table p detach partition p1")).toEqual([
      "altered foreign table s.p1: bound FOR VALUES IN (1) → null; partitionOf s.p → null",
    ]);
  });

  test("owners of wrappers and servers", async () => {
    const superuser = "alter role foreign_bob superuser";
    const ddl = "alter foreign data wrapper w owner to foreign_bob; alter server far owner to foreign_bob";
    expect(await changes(database.db, `${superuser}; ${setup}`, ddl)).toEqual([
      "altered foreign data wrapper w: owner schemawatch → foreign_bob",
      "altered foreign server far: owner schemawatch → foreign_bob",
    ]);
    await database.db.query("alter role foreign_bob nosuperuser");
  });
});

test("passwords stay on the server, whatever their option is called", async () => {
  const secrets = `drop server if exists x cascade; create server x foreign data wrapper w options (
    passwd 'hunter2', secret_access_key 'hunter2', "Auth_Token" 'hunter2', api_key 'hunter2', sslpassword 'hunter2',
    dsn 'host=a password=hunter2 user=b', url 'https://me:hunter2@far/x', odbc 'Driver=x;Pwd=hunter2;', password_required 'false')`;
  await changes(database.db, `${setup}; ${secrets}`, "");
  const snapshot = await look(database.db);
  expect(JSON.stringify(snapshot)).not.toContain("hunter2");
  const server = snapshot.objects.find(({ identity }) => identity === "x");
  expect(server?.attributes.options).toEqual([
    "Auth_Token=(hidden)",
    "api_key=(hidden)",
    "dsn=host=a password=(hidden) user=b",
    "odbc=Driver=x;Pwd=(hidden);",
    "passwd=(hidden)",
    "password_required=false",
    "secret_access_key=(hidden)",
    "sslpassword=(hidden)",
    "url=https://me:(hidden)@far/x",
  ]);
});

test("a plain role sees whom a mapping is for, not its options, and the count is told", async () => {
  await changes(
    database.db,
    `${setup}; create user mapping for public server far options (password 'x')`,
    "",
  );
  const seen = await database.db.reserve(async (session) => {
    await session.query("set role foreign_bob; begin isolation level repeatable read read only");
    const snapshot = await readSnapshot(session, { ignore: compileIgnore([]) });
    await session.query("commit; reset role");
    return snapshot;
  });
  expect(seen.unreadable).toEqual(["options of 2 user mappings not readable by this role"]);
  expect(seen.objects.filter(({ kind }) => kind === "user mapping").map(({ identity }) => identity)).toEqual([
    "far.foreign_ann",
    "far.public",
  ]);
  expect(formatSnapshot(seen)).toContain("# not read: options of 2 user mappings not readable by this role");
  const whole = await look(database.db);
  expect(diffSnapshots(whole, seen)).toEqual([]);
  expect(diffSnapshots(seen, whole)).toEqual([]);
});

test("an extension's wrapper is the extension's; what users make with it is theirs", async () => {
  const ddl = `create extension postgres_fdw; create server far foreign data wrapper postgres_fdw options (host 'a', dbname 'b');
    create user mapping for foreign_ann server far options (user 'u', password 'hunter2');
    create foreign table f (id int) server far options (schema_name 'x', table_name 'y')`;
  expect(await changes(database.db, `${clean}; drop extension if exists postgres_fdw cascade`, ddl)).toEqual([
    "added extension postgres_fdw",
    "added foreign server far",
    "added user mapping far.foreign_ann",
    "added foreign table s.f with column s.f.id",
  ]);
  await database.db.query("drop extension postgres_fdw cascade");
});

test("names with every character come back from the text", async () => {
  const odd = `"a.b ""c"": (d)\n😀, e"`;
  const other = `"x.y ""z"" ("`;
  const ddl = `create server ${odd} foreign data wrapper w; create user mapping for ${odd} server ${odd} options ("o ""p" 'x');
    create foreign table ${odd} (${odd} int options ("k l" 'a=b, c')) server ${odd} options (t '\n "x"');
    create publication ${odd} for table only plain; create statistics ${odd} on ${odd}, more from plain;
    create rule ${odd} as on delete to plain do instead nothing; create language ${odd} handler plpgsql_call_handler;
    create event trigger ${odd} on sql_drop execute function ${odd}();
    alter default privileges for role ${odd} in schema s grant select on tables to ${odd};
    create transform for ${other} language ${odd} (from sql with function f(internal))`;
  const made = `drop publication if exists ${odd}; drop event trigger if exists ${odd}; drop language if exists ${odd} cascade;
    create type ${other} as (a int); create table plain (${odd} int, more int);
    create function f(internal) returns internal immutable language internal as 'int4recv';
    create function ${odd}() returns event_trigger language plpgsql as 'begin end'`;
  await database.db.query(`create role ${odd}`);
  expect(await changes(database.db, `${setup}; ${made}`, ddl)).toHaveLength(10);
  await database.db.query(
    `drop publication ${odd}; drop event trigger ${odd}; drop language ${odd} cascade; drop schema s cascade`,
  );
  await database.db.query(`${clean}; drop role ${odd}; create schema s`);
});

test("a server is ignored with its mappings", async () => {
  await changes(database.db, setup, "");
  const { objects } = await look(database.db, ["foreign server:far", "foreign table:*"]);
  expect(objects.filter(({ identity }) => identity.includes("far") || identity.startsWith("s.f"))).toEqual(
    [],
  );
});
