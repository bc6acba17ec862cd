import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { compileIgnore } from "./ignore.ts";
import { readSnapshot } from "./snapshot.ts";
import { changes, look } from "./testing.ts";

let database: TestDatabase;
let major = 0;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query("create role replication_ann superuser; create role replication_plain");
  const [row] = await database.db.query<{ major: number }>(
    "select current_setting('server_version_num')::int / 10000 as major",
  );
  major = row?.major ?? 0;
}, 60_000);
afterAll(async () => {
  await database.db.query(`${clean}; drop role replication_ann; drop role replication_plain`);
  await database.drop();
});

const clean = `drop publication if exists p, p2, p3; drop schema if exists s2 cascade;
  do $$ declare name text; begin
    for name in select subname from pg_subscription where subname in ('su', 'su2') loop
      execute format('alter subscription %I disable', name);
      execute format('alter subscription %I set (slot_name = none)', name);
      execute format('drop subscription %I', name);
    end loop;
  end $$`;
const setup = `${clean}; create schema s2; create table t (a int primary key, b text, c int); create table u (a int primary key);
  create publication p for table t with (publish = 'insert, update')`;

type Case = readonly [name: string, ddl: string, expected: readonly string[], since?: number];

describe("publications", () => {
  const cases: readonly Case[] = [
    ["added", "create publication p2", ["added publication p2"]],
    ["for all tables", "create publication p2 for all tables", ["added publication p2"]],
    ["dropped", "drop publication p", ["removed publication p"]],
    ["renamed", "alter publication p rename to p2", ["renamed publication p2 from p"]],
    ["table added", "alter publication p add table u", ["altered publication p: tables [s.t] → [s.t | s.u]"]],
    ["table dropped", "alter publication p drop table t", ["altered publication p: tables [s.t] → null"]],
    [
      "columns and filter",
      "alter publication p set table t (a, b) where (a > 1)",
      ["altered publication p: tables [s.t] → [s.t (a, b) WHERE (a > 1)]"],
      15,
    ],
    [
      "schema added",
      "alter publication p add tables in schema s2",
      ["altered publication p: schemas null → [s2]"],
      15,
    ],
    [
      "what is published",
      "alter publication p set (publish = 'insert, delete', publish_via_partition_root = true)",
      ["altered publication p: publish insert, update → insert, delete; viaRoot null → true"],
    ],
    [
      "generated columns",
      "alter publication p set (publish_generated_columns = stored)",
      ["altered publication p: generatedColumns null → stored"],
      18,
    ],
    [
      "owner and comment",
      "alter publication p owner to replication_ann; comment on publication p is 'x'",
      ["altered publication p: comment null → x; owner schemawatch → replication_ann"],
    ],
    ["a published table renamed", "alter table t rename to tt", ["renamed table s.tt from s.t"]],
    ["a published column renamed", "alter table t rename b to bb", ["renamed column s.t.bb from s.t.b"]],
  ];
  test.each([...cases])("%s", async (_, ddl, expected, since = 14) => {
    if (major < since) return;
    expect(await changes(database.db, setup, ddl)).toEqual([...expected]);
  });

  test("a column in a list and a filter is renamed", async () => {
    if (major < 15) return;
    const published = `${setup}; alter publication p set table t (a, b) where (a > 1)`;
    expect(await changes(database.db, published, "alter table t rename a to aa")).toEqual([
      "renamed column s.t.aa from s.t.a",
    ]);
  });
});

describe("subscriptions", () => {
  const made = `${clean}; create subscription su connection 'host=127.0.0.1 port=1 password=hunter2' publication a, b
    with (connect = false, slot_name = none, enabled = false, create_slot = false, streaming = off)`;
  const cases: readonly Case[] = [
    [
      "added",
      made.replace("subscription su c", "subscription su2 c").slice(made.indexOf("create subscription")),
      ["added subscription su2"],
    ],
    ["dropped", "drop subscription su", ["removed subscription su"]],
    ["renamed", "alter subscription su rename to su2", ["renamed subscription su2 from su"]],
    [
      "publications",
      "alter subscription su set publication b, c with (refresh = false)",
      ["altered subscription su: publications [a | b] → [b | c]"],
    ],
    [
      "slot, then enabled",
      "alter subscription su set (slot_name = 'slot'); alter subscription su enable; alter subscription su disable",
      ["altered subscription su: slot NONE → slot"],
    ],
    [
      "binary, synchronous_commit",
      "alter subscription su set (binary = true, synchronous_commit = local)",
      ["altered subscription su: binary null → true; synchronousCommit null → local"],
    ],
    [
      "streaming",
      "alter subscription su set (streaming = on)",
      ["altered subscription su: streaming off → on"],
    ],
    [
      "streaming, in parallel",
      "alter subscription su set (streaming = parallel)",
      ["altered subscription su: streaming off → parallel"],
      16,
    ],
    [
      "disable_on_error",
      "alter subscription su set (disable_on_error = true)",
      ["altered subscription su: disableOnError null → true"],
      15,
    ],
    [
      "password_required, run_as_owner, origin",
      "alter subscription su set (password_required = false, run_as_owner = true, origin = none)",
      ["altered subscription su: origin null → none; passwordRequired null → false; runAsOwner null → true"],
      16,
    ],
    [
      "failover",
      `drop subscription su; ${made.slice(made.indexOf("create subscription")).replace("streaming", "failover = true, streaming")}`,
      ["altered subscription su: failover null → true"],
      17,
    ],
    [
      "owner and comment",
      "alter subscription su owner to replication_ann; comment on subscription su is 'x'",
      ["altered subscription su: comment null → x; owner schemawatch → replication_ann"],
    ],
    [
      "what it connects to is not looked at",
      "alter subscription su connection 'host=other password=hunter2'",
      [],
    ],
  ];
  test.each([...cases])("%s", async (_, ddl, expected, since = 14) => {
    if (major < since) return;
    await database.db.query(made);
    expect(await changes(database.db, "", ddl)).toEqual([...expected]);
  });

  test("streams by default as its major does", async () => {
    await database.db.query(made.replace(", streaming = off", ""));
    const { objects } = await look(database.db);
    expect(objects.find(({ identity }) => identity === "su")?.attributes.streaming).toBe(
      major < 18 ? "off" : "parallel",
    );
  });

  test("a plain role sees the same, and nobody the password", async () => {
    await database.db.query(made);
    const whole = await look(database.db);
    expect(JSON.stringify(whole)).not.toContain("hunter2");
    const plain = await database.db.reserve(async (session) => {
      await session.query("set role replication_plain; begin isolation level repeatable read read only");
      const seen = await readSnapshot(session, { ignore: compileIgnore([]) });
      await session.query("commit; reset role");
      return seen;
    });
    expect(plain.objects).toEqual(whole.objects);
    expect(plain.unreadable).toEqual([]);
  });
});
