import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { tablespaceFolder } from "../testing/tablespace.ts";
import { diffSnapshots } from "./diff.ts";
import { compileIgnore } from "./ignore.ts";
import type { Snapshot } from "./model.ts";
import { readSnapshot } from "./snapshot.ts";
import { expectRoundTrip, from, look, told } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query(`
    create role roles_ann; create role roles_group; create role roles_other; create role roles_plain login password 'x'`);
}, 60_000);
afterAll(async () => {
  await database.db.query("drop role roles_ann, roles_group, roles_other, roles_plain");
  await database.drop();
});

/** The snapshot as a file has it: which server it is of, a plain role may not read. */
function unbound({ origin: _, ...snapshot }: Snapshot): Snapshot {
  return snapshot;
}

/** What `ddl` changes, and that `undo` brings everything back. */
async function changes(ddl: string, undo: string): Promise<string[]> {
  const { db } = database;
  const current = (text: string) => text.replaceAll("this", `"${database.name}"`);
  const before = await look(db);
  await db.query(current(ddl));
  const after = await look(db);
  expectRoundTrip(after);
  await db.query(current(undo));
  expect(diffSnapshots(before, await look(db)).map(told)).toEqual([]);
  return diffSnapshots(before, after).map(told);
}

describe("roles", () => {
  test.each([
    ["create", "create role roles_new", "drop role roles_new", ["added role roles_new"]],
    [
      "rename",
      "alter role roles_ann rename to roles_anna",
      "alter role roles_anna rename to roles_ann",
      ["renamed role roles_anna from roles_ann"],
    ],
    [
      "attributes",
      "alter role roles_ann superuser createrole createdb login replication bypassrls noinherit",
      "alter role roles_ann nosuperuser nocreaterole nocreatedb nologin noreplication nobypassrls inherit",
      [
        "altered role roles_ann: bypassRowSecurity null → true; createDatabase null → true; createRole null → true; inherit null → false; login null → true; replication null → true; superuser null → true",
      ],
    ],
    [
      "connection limit",
      "alter role roles_ann connection limit 3",
      "alter role roles_ann connection limit -1",
      ["altered role roles_ann: connectionLimit null → 3"],
    ],
    [
      "valid until, whatever the time zone of the session",
      "set timezone = 'Asia/Tokyo'; alter role roles_ann valid until '2030-01-01 09:00:00'; reset timezone",
      "alter role roles_ann valid until 'infinity'; update pg_authid set rolvaliduntil = null where rolname = 'roles_ann'",
      ["altered role roles_ann: validUntil null → 2030-01-01 00:00:00 UTC"],
    ],
    [
      "settings",
      "alter role roles_ann set work_mem = '8MB'; alter role roles_ann set search_path = a, b",
      "alter role roles_ann reset all",
      ["altered role roles_ann: settings null → [search_path=a, b | work_mem=8MB]"],
    ],
    [
      "settings whose names say that they are secrets",
      "alter role roles_ann set app.jwt_secret = 'open sesame'",
      "alter role roles_ann reset all",
      ["altered role roles_ann: settings null → [app.jwt_secret=(hidden)]"],
    ],
    [
      "comment",
      "comment on role roles_ann is 'Ann'",
      "comment on role roles_ann is null",
      ["altered role roles_ann: comment null → Ann"],
    ],
    ["password: nobody may read it", "alter role roles_plain password 'y'", "", []],
    [
      "membership",
      "grant roles_group to roles_ann",
      "revoke roles_group from roles_ann",
      ["altered role roles_ann: memberOf null → [roles_group]"],
    ],
    [
      "membership with admin option",
      "grant roles_group to roles_ann with admin option",
      "revoke roles_group from roles_ann",
      ["altered role roles_ann: memberOf null → [roles_group WITH ADMIN TRUE]"],
    ],
    ...from(16, [
      "membership with options",
      "grant roles_group to roles_ann with inherit false, set false",
      "revoke roles_group from roles_ann",
      ["altered role roles_ann: memberOf null → [roles_group WITH INHERIT FALSE, SET FALSE]"],
    ]),
    ...from(16, [
      "membership granted by another",
      "grant roles_group to roles_other with admin option; grant roles_group to roles_ann granted by roles_other",
      "revoke roles_group from roles_other cascade",
      [
        "altered role roles_ann: memberOf null → [roles_group GRANTED BY roles_other]",
        "altered role roles_other: memberOf null → [roles_group WITH ADMIN TRUE]",
      ],
    ]),
    [
      "a group's own rename is not its members'",
      "grant roles_group to roles_ann; alter role roles_group rename to roles_team",
      "alter role roles_team rename to roles_group; revoke roles_group from roles_ann",
      ["altered role roles_ann: memberOf null → [roles_team]", "renamed role roles_team from roles_group"],
    ],
    [
      "a predefined role as a group",
      "grant pg_monitor to roles_ann",
      "revoke pg_monitor from roles_ann",
      ["altered role roles_ann: memberOf null → [pg_monitor]"],
    ],
    [
      "a predefined role as a member",
      "grant roles_group to pg_monitor",
      "revoke roles_group from pg_monitor",
      ["added role pg_monitor"],
    ],
    [
      "the superuser of initdb, when it is changed",
      "alter role schemawatch connection limit 99",
      "alter role schemawatch connection limit -1",
      ["added role schemawatch"],
    ],
  ] as [string, string, string, string[]][])("%s", async (_, ddl, undo, expected) => {
    expect(await changes(ddl, undo)).toEqual(expected);
  });

  test("the rename of a group is told for itself, not for its members, owners or grantees", async () => {
    const { db } = database;
    await db.query(
      "grant roles_group to roles_ann; create table roles_t (); grant select on roles_t to roles_group",
    );
    await db.query("alter table roles_t owner to roles_group");
    const before = await look(db);
    await db.query("alter role roles_group rename to roles_team");
    expect(diffSnapshots(before, await look(db)).map(told)).toEqual([
      "renamed role roles_team from roles_group",
    ]);
    await db.query(
      "alter role roles_team rename to roles_group; drop table roles_t; revoke roles_group from roles_ann",
    );
  });
});

describe("the database and its server", () => {
  test.each([
    [
      "settings",
      "alter database this set work_mem = '8MB'",
      "alter database this reset all",
      ["altered database current_database: settings null → [work_mem=8MB]"],
    ],
    [
      "settings of roles in it",
      "alter role roles_ann in database this set work_mem = '8MB'; alter role all in database this set jit = off",
      "alter role roles_ann in database this reset all; alter database this reset all",
      [
        "altered database current_database: roleSettings null → [roles_ann: work_mem=8MB]; settings null → [jit=off]",
      ],
    ],
    [
      "settings of roles in another",
      "alter role roles_ann in database postgres set work_mem = '8MB'",
      "alter role roles_ann in database postgres reset all",
      [],
    ],
    [
      "owner",
      "alter database this owner to roles_ann",
      "alter database this owner to schemawatch",
      ["altered database current_database: owner schemawatch → roles_ann"],
    ],
    [
      "grants",
      "revoke connect on database this from public; grant create on database this to roles_ann",
      "grant connect on database this to public; revoke create on database this from roles_ann",
      ["altered database current_database: grants null → [PUBLIC: no CONNECT | roles_ann: CREATE]"],
    ],
    [
      "connection limit",
      "alter database this connection limit 5",
      "alter database this connection limit -1",
      ["altered database current_database: connectionLimit null → 5"],
    ],
    [
      "template",
      "alter database this is_template true",
      "alter database this is_template false",
      ["altered database current_database: template null → true"],
    ],
    [
      "comment",
      "comment on database this is 'ours'",
      "comment on database this is null",
      ["altered database current_database: comment null → ours"],
    ],
    [
      "another database",
      "comment on database postgres is 'theirs'",
      "comment on database postgres is 'default administrative connection database'",
      [],
    ],
  ] as [string, string, string, string[]][])("%s", async (_, ddl, undo, expected) => {
    expect(await changes(ddl, undo)).toEqual(expected);
  });

  test("tablespaces", async () => {
    const { db } = database;
    const run = (statement: string) =>
      db.reserve(async (session) => {
        await session.query(statement);
      });
    const before = await look(db);
    const folder = await tablespaceFolder(db, "roles_space");
    await run(`create tablespace roles_space location '${folder}'`);
    const made = await look(db);
    expectRoundTrip(made);
    expect(diffSnapshots(before, made).map(told)).toEqual(["added tablespace roles_space"]);
    expect(made.objects.find((one) => one.identity === "roles_space")?.attributes.location).toBe(folder);
    await run("alter tablespace roles_space rename to roles_place");
    await run("alter tablespace roles_place set (random_page_cost = 2)");
    await run("alter tablespace roles_place owner to roles_ann");
    await run("grant create on tablespace roles_place to roles_group");
    await run("comment on tablespace roles_place is 'fast'");
    expect(diffSnapshots(made, await look(db)).map(told)).toEqual([
      "renamed tablespace roles_place from roles_space: comment null → fast; grants null → [roles_group: CREATE]; options null → [random_page_cost=2]; owner schemawatch → roles_ann",
    ]);
    await run("drop tablespace roles_place");
    expect(diffSnapshots(before, await look(db)).map(told)).toEqual([]);
  });

  test("a role that may only connect reads all of it", async () => {
    const { db } = database;
    const mine = await look(db);
    await db.reserve(async (session) => {
      await session.query("set role roles_plain; begin isolation level repeatable read");
      const theirs = await readSnapshot(session, { ignore: compileIgnore([]) });
      await session.query("rollback; reset role");
      expect(diffSnapshots(unbound(mine), unbound(theirs)).map(told)).toEqual([]);
      expect(theirs.unreadable).toEqual([]);
    });
  });

  test("where a hardened server shows no roles, that is said and the rest is read", async () => {
    const { db } = database;
    await db.query("revoke select on pg_catalog.pg_roles from public");
    await db.reserve(async (session) => {
      await session.query("set role roles_plain; begin isolation level repeatable read");
      const { objects, unreadable } = await readSnapshot(session, { ignore: compileIgnore([]) });
      await session.query("rollback; reset role");
      expect(unreadable).toContain("all roles: permission denied for view pg_roles");
      expect(objects.filter(({ kind }) => kind === "role")).toEqual([]);
      expect(objects.filter(({ kind }) => kind === "database")).toHaveLength(1);
    });
    await db.query("grant select on pg_catalog.pg_roles to public");
  });

  test("they can be left out", async () => {
    const { db } = database;
    const kinds = (await look(db, ["role:*", "tablespace:*", "database:*"])).objects.map((one) => one.kind);
    expect(kinds.filter((kind) => ["role", "tablespace", "database"].includes(kind))).toEqual([]);
    expect(
      (await look(db, ["role:roles_*"])).objects.filter((one) => one.identity.startsWith("roles_")),
    ).toEqual([]);
  });
});
