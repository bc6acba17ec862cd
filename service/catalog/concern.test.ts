import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import { usualMajor } from "../testing/majors.ts";
import { type TestServer, testServer } from "../testing/server.ts";
import { tablespaceFolder } from "../testing/tablespace.ts";
import { concerningOnly, ofDatabase } from "./concern.ts";
import { diffSnapshots } from "./diff.ts";
import type { Snapshot } from "./model.ts";
import { expectRoundTrip, look, told } from "./testing.ts";
import { formatSnapshot, parseSnapshot } from "./text.ts";

/** Everything that can name a role, each another one. */
const SCHEMA = `
  create role owner_r; create role "Grantee ""R"": x"; create role "column: r"; create role policy_r; create role mapped_r;
  create role future_r; create role reader_r; create role group_r; create role above_r; create role grantor_r;
  create role setting_r; create role space_r; create role identity_r; create role member_r; create role builtin_r;
  grant above_r to group_r; grant group_r to reader_r;
  create schema app authorization owner_r;
  create table app.t (a int generated always as identity, b text);
  grant select on app.t to "Grantee ""R"": x" with grant option; grant select (b) on app.t to "column: r";
  grant select on app.t to reader_r; grant select on app.t to grantor_r with grant option;
  grant usage on schema app to grantor_r; set role grantor_r; grant select on app.t to public; reset role;
  create policy p on app.t to policy_r using (true);
  create foreign data wrapper w; create server s foreign data wrapper w; create user mapping for mapped_r server s;
  alter default privileges for role future_r in schema app grant select on tables to public;
  grant usage on sequence app.t_a_seq to identity_r;
  create extension citext; grant usage on type citext to member_r; grant execute on function pg_ls_waldir() to builtin_r`;

const NAMED = [
  "owner_r",
  'Grantee "R": x',
  "column: r",
  "policy_r",
  "mapped_r",
  "future_r",
  "reader_r",
  "group_r",
  "above_r",
  "grantor_r",
  "setting_r",
  "space_r",
  "identity_r",
  "member_r",
  "builtin_r",
];

let servers: TestServer[];
let clients: Database[];
let here: Database;
let there: Database;

beforeAll(async () => {
  servers = [await testServer(), await testServer()];
  clients = servers.map((server) =>
    connect({ url: server.url(), applicationName: "test", maxConnections: 2, deadlineMs: 30_000 }),
  );
  [here, there] = clients as [Database, Database];
  for (const db of clients) {
    await db.query(SCHEMA);
    await db.query(`create tablespace used location '${await tablespaceFolder(db, "used")}'`);
    await db.query(`grant create on tablespace used to space_r; create index on app.t (b) tablespace used;
      alter role setting_r in database postgres set work_mem = '5MB'`);
  }
}, 60_000);
afterAll(async () => {
  await Promise.all(clients.map((db) => db.close()));
  await Promise.all(servers.map((server) => server.remove()));
});

/** How the other server's database differs from the baseline that was written here. */
async function drift(): Promise<string[]> {
  const file = parseSnapshot(formatSnapshot(ofDatabase(await look(here))), "here.schema");
  return diffSnapshots(...concerningOnly(file, await look(there))).map(told);
}

const names = ({ objects }: Snapshot, kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ name }) => name);

test("a baseline holds the roles that the database names, however it does", async () => {
  await here.query("create role stranger_r in role owner_r");
  const seen = await look(here);
  expectRoundTrip(ofDatabase(seen));
  expect(names(seen, "role").sort()).toEqual([...NAMED, "stranger_r"].sort());
  expect(names(ofDatabase(seen), "role").sort()).toEqual(NAMED.toSorted());
  expect(names(ofDatabase(seen), "tablespace")).toEqual(["used"]);
  await here.query("drop role stranger_r");
});

test("the same database on another server with other roles, tablespaces and databases has not drifted", async () => {
  expect(await drift()).toEqual([]);
  await here.query("create role only_here login");
  await here.query("create database other_here owner only_here");
  await there.query(
    "create role only_there superuser in role owner_r; create role more_there in role only_there",
  );
  await there.query(`create tablespace unused location '${await tablespaceFolder(there, "unused")}'`);
  if (usualMajor() >= 15) await there.query("grant set on parameter work_mem to only_there");
  expect(await drift()).toEqual([]);
});

test("what differs of a role that is named is drift, and so is one that is missing", async () => {
  await there.query("alter role reader_r superuser; alter role above_r createdb");
  if (usualMajor() >= 15) await there.query("grant set on parameter log_statement to reader_r");
  const parameter = usualMajor() >= 15 ? ["added parameter log_statement"] : [];
  expect(await drift()).toEqual([
    "altered role above_r: createDatabase null → true",
    "altered role reader_r: superuser null → true",
    ...parameter,
  ]);
  await there.query("alter role reader_r nosuperuser; alter role above_r nocreatedb");
  if (usualMajor() >= 15) await there.query("revoke set on parameter log_statement from reader_r");
  await there.query("drop policy p on app.t; drop role policy_r");
  expect(await drift()).toEqual(["removed role policy_r", "removed policy app.t.p"]);
  await there.query("create role policy_r; create policy p on app.t to policy_r using (true)");
});

test("a role that loses its last right is not told as gone, and one that gains its first is told with it", async () => {
  await there.query('revoke select (b) on app.t from "column: r"; grant insert on app.t to only_there');
  expect(await drift()).toEqual([
    "added role only_there",
    'altered table app.t: grants ["Grantee ""R"": x": SELECT (with grant option: SELECT) | PUBLIC: SELECT (granted by grantor_r) | grantor_r: SELECT (with grant option: SELECT) | reader_r: SELECT] → ["Grantee ""R"": x": SELECT (with grant option: SELECT) | PUBLIC: SELECT (granted by grantor_r) | grantor_r: SELECT (with grant option: SELECT) | only_there: INSERT | reader_r: SELECT]',
    'altered column app.t.b: grants ["column: r": SELECT] → null',
    ...(usualMajor() >= 15 ? ["added parameter work_mem"] : []),
  ]);
});
