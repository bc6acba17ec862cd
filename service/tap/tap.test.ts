import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { diffSnapshots } from "../catalog/diff.ts";
import { look } from "../catalog/testing.ts";
import { run } from "../commands/testing.ts";
import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import { restore } from "../testing/oracle/restore.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { installTap, removeTap, tapStanding } from "./tap.ts";

setDefaultTimeout(60_000);

let shop: TestDatabase;
beforeEach(async () => {
  shop = await testDatabase({ template: "empty" });
});
afterEach(() => shop.drop());

interface Noted {
  login: string;
  role: string | null;
  application: string;
  address: string | null;
  pid: number;
  event: string;
  tag: string;
  text: string;
  objects: { kind: string; identity: string | null; address: string | null; tag: string }[];
  more: number;
}

function noted(db: Database = shop.db): Promise<Noted[]> {
  return db.query<Noted>("select * from schemawatch_tap.statement order by id", []);
}

/** Everything in the catalogs that is the tap's. */
function traces(): Promise<object[]> {
  return shop.db.query(
    `select evtname::text as name from pg_event_trigger union all
     select nspname::text from pg_namespace where nspname like 'schemawatch%' union all
     select proname::text from pg_proc where oid >= 16384 union all
     select relname::text from pg_class where oid >= 16384 union all
     select description from pg_description where objoid >= 16384`,
    [],
  );
}

/** A client of the same database as another role. */
function as(role: string): Database {
  const url = new URL(shop.url);
  url.username = role;
  url.password = "pw";
  return connect({ url: url.href, applicationName: "as", maxConnections: 1, deadlineMs: 5000 });
}

async function withRole(name: string, work: (db: Database) => Promise<void>): Promise<void> {
  await shop.db.query(`create role ${name} login password 'pw'`);
  const db = as(name);
  try {
    await work(db);
  } finally {
    await db.close();
    await shop.db.query(`drop owned by ${name}; drop role ${name}`);
  }
}

test("it comes once, stays, is mended, and goes without a trace", async () => {
  expect(await tapStanding(shop.db)).toBeNull();
  expect(await installTap(shop.db, [])).toBe("installed");
  expect(await tapStanding(shop.db)).toMatchObject({ version: 1, whole: true, works: true, readable: true });
  expect(await installTap(shop.db, [])).toBe("there already");
  await shop.db.query("alter event trigger schemawatch_tap_end disable");
  expect(await tapStanding(shop.db)).toMatchObject({ whole: false, works: false });
  expect(await installTap(shop.db, [])).toBe("mended");
  expect(await tapStanding(shop.db)).toMatchObject({ whole: true, works: true });
  expect(await removeTap(shop.db)).toBe(true);
  expect(await removeTap(shop.db)).toBe(false);
  expect(await traces()).toEqual([]);
});

test("an older one is upgraded in place with its readers, a newer one is left alone", async () => {
  await withRole('"Tap Reader"', async () => {
    await installTap(shop.db, ["Tap Reader"]);
    await shop.db.query("comment on schema schemawatch_tap is 'Schemawatch tap, version 0'");
    expect(await installTap(shop.db, [])).toBe("upgraded");
    expect(await tapStanding(shop.db)).toMatchObject({ version: 1, works: true, readers: ['"Tap Reader"'] });
  });
  await shop.db.query("comment on schema schemawatch_tap is 'Schemawatch tap, version 99'");
  expect(installTap(shop.db, [])).rejects.toMatchObject({ code: "conflict" });
});

test("what somebody else put into its schema keeps it from being removed", async () => {
  await installTap(shop.db, []);
  await shop.db.query("create table schemawatch_tap.mine ()");
  expect(removeTap(shop.db)).rejects.toMatchObject({ code: "conflict" });
  expect(await tapStanding(shop.db)).toMatchObject({ works: true });
});

test("a role that may not is refused with the reason", async () => {
  await withRole("plain", async (db) => {
    await shop.db.query(`grant create on database ${shop.name} to plain`);
    const refused = installTap(db, []);
    expect(refused).rejects.toMatchObject({ code: "forbidden" });
    await refused.catch(({ message, mend }) => {
      expect(message).toContain("permission denied to create event trigger");
      expect(mend).toContain("superuser");
    });
  });
  expect(installTap(shop.db, ["nobody_known"])).rejects.toMatchObject({ code: "not_found" });
  expect(await traces()).toEqual([]);
});

test("who, when, what and on which objects", async () => {
  await installTap(shop.db, []);
  const db = connect({ url: shop.url, applicationName: "migrator 7", maxConnections: 1, deadlineMs: 5000 });
  await db.query("create role acting; grant create on schema public to acting");
  try {
    await db.query("set role acting");
    await db.query("create table public.t (id int primary key, gone int)");
    await db.query("alter table public.t drop column gone");
    await db.query("reset role");
    await db.query("drop table public.t");
    const [pid] = await db.query<{ pid: number }>("select pg_backend_pid() as pid", []);
    const rows = (await noted()).filter(({ text }) => text.includes("public.t"));
    expect(rows[0]).toMatchObject({
      login: "schemawatch",
      role: "acting",
      application: "migrator 7",
      address: "127.0.0.1",
      pid: pid?.pid as number,
      tag: "CREATE TABLE",
      text: "create table public.t (id int primary key, gone int)",
    });
    expect(rows[0]?.objects.map(({ kind, identity }) => `${kind} ${identity}`)).toEqual([
      "table public.t",
      "index public.t_pkey",
    ]);
    expect(rows.map(({ event, tag, role }) => `${event} ${tag} ${role}`)).toEqual([
      "ddl_command_end CREATE TABLE acting",
      "sql_drop ALTER TABLE acting",
      "ddl_command_end ALTER TABLE acting",
      "sql_drop DROP TABLE null",
    ]);
    expect(rows[1]?.objects).toMatchObject([{ kind: "table column", identity: "public.t.gone" }]);
    expect(rows[3]?.objects[0]).toMatchObject({ kind: "table", identity: "public.t" });
    expect(rows[0]?.objects[0]?.address).toMatch(/^pg_class:\d+:0$/);
  } finally {
    await db.query("drop owned by acting; drop role acting");
    await db.close();
  }
});

test("temporary objects, statements without effect and rolled back ones are not noted", async () => {
  await installTap(shop.db, []);
  await shop.db.query("create table here ()");
  await shop.db.query("create temp table gone (id int primary key); drop table gone");
  await shop.db.query("create table if not exists here ()");
  await shop.db.query("begin; create table never (); rollback");
  expect((await noted()).map(({ text }) => text)).toEqual(["create table here ()"]);
});

test("secrets are left out, whatever stands around them", async () => {
  await installTap(shop.db, []);
  const secret = "hunter2";
  await shop.db.query(
    `create foreign data wrapper w; create server s foreign data wrapper w; create user mapping for public server s options (user 'a', password '${secret}')`,
  );
  await shop.db.query(
    `create subscription sub connection 'host=127.0.0.1 password=${secret}' publication p with (connect = false, slot_name = none)`,
  );
  for (const text of [
    `create role x password '${secret}'; create table t1 (); drop role x`,
    `create role x password E'it\\'s ${secret}'; create table t2 (); drop role x`,
    `create role x password /* ' */ '${secret}'; create table t3 (); drop role x`,
    `-- don't\ncreate role x password '${secret}'; create table t4 (); drop role x`,
    `create role x password $q$${secret}$q$; create table t5 (); drop role x`,
    `do $do$ begin execute format('create role x password %L', '${secret}'); create table t6 (); drop role x; end $do$`,
    `create role "a'b" password '${secret}'; create table t7 (); drop role "a'b"`,
    `create role x password U&'${secret}'; create table t8 (); drop role x`,
  ]) {
    await shop.db.query(text);
  }
  const old = connect({
    url: shop.url,
    applicationName: "old",
    maxConnections: 1,
    deadlineMs: 5000,
    settings: { standard_conforming_strings: "off" },
  });
  await old.query(`create role x password '\\'${secret}'; create table t9 (); drop role x`);
  await old.close();
  await shop.db.query("drop subscription sub");
  const rows = await noted();
  for (let n = 1; n <= 9; n++)
    expect(rows.some(({ objects }) => objects[0]?.identity === `public.t${n}`)).toBe(true);
  expect(JSON.stringify(rows)).not.toContain(secret);
  const texts = rows.map(({ text }) => text);
  expect(texts.find((text) => text.includes("subscription sub conn"))).toBe(
    "create subscription sub connection '***' publication p with (connect = false, slot_name = none) /* secrets left out */",
  );
});

test("a plain role reads nothing, calls nothing, and does not see the rows by LISTEN; a reader reads", async () => {
  await installTap(shop.db, []);
  await shop.db.query("create table t ()");
  await withRole("snoop", async (db) => {
    for (const text of [
      "select * from schemawatch_tap.statement",
      "select schemawatch_tap.note('ddl_command_end', 'x')",
      "select schemawatch_tap.masked('x')",
    ]) {
      expect(db.query(text)).rejects.toMatchObject({ code: "42501" });
    }
    const payloads: string[] = [];
    await db.listen(
      "schemawatch_tap",
      (payload) => payloads.push(payload),
      () => {},
    );
    await shop.db.query("create table secret_plans ()");
    await Bun.sleep(200);
    expect(payloads).toEqual([""]);
    await installTap(shop.db, ["snoop"]);
    expect(await noted(db)).toHaveLength(2);
    expect(db.query("delete from schemawatch_tap.statement")).rejects.toMatchObject({ code: "42501" });
    expect(db.query("select schemawatch_tap.note('ddl_command_end', 'x')")).rejects.toMatchObject({
      code: "42501",
    });
  });
});

test("a role with a search_path full of traps does not run them with the tap's rights", async () => {
  await installTap(shop.db, []);
  await withRole("mallory", async (db) => {
    await shop.db.query("create schema mallory authorization mallory");
    await db.query(
      `create function mallory.left(text, int) returns text language sql as 'select 1/0; select ''''';
       create function mallory.count() returns bigint language sql as 'select 1/0::bigint';
       set search_path = mallory, pg_catalog; create table mallory.t ()`,
    );
    expect((await noted()).at(-1)).toMatchObject({ tag: "CREATE TABLE", login: "mallory" });
  });
});

test("the log stays small", async () => {
  await installTap(shop.db, []);
  await shop.db.query(
    `do $$ begin for i in 1 .. 2200 loop execute 'comment on schema public is ''' || i || ''''; end loop; end $$`,
  );
  const rows = await noted();
  expect(rows.length).toBeLessThanOrEqual(2064);
  expect(rows.length).toBeGreaterThanOrEqual(2000);
  await shop.db.query("update schemawatch_tap.statement set at = now() - interval '31 days'");
  await shop.db.query(
    "do $$ begin for i in 1 .. 128 loop execute 'comment on schema public is ''' || i || ''''; end loop; end $$",
  );
  expect((await noted()).length).toBeLessThan(1300);
});

test("a statement that touches thousands of objects is noted within bounds", async () => {
  await installTap(shop.db, []);
  await shop.db.query(
    "create schema big; do $$ begin for i in 1 .. 700 loop execute 'create table big.t' || i || ' ()'; end loop; end $$",
  );
  await shop.db.query("drop schema big cascade");
  const last = (await noted()).at(-1);
  expect(last?.objects).toHaveLength(500);
  expect(last?.objects[0]).toMatchObject({ kind: "schema", identity: "big" });
  expect(last?.more).toBeGreaterThan(200);
});

test("the schema looks the same with and without it", async () => {
  await shop.db.query("create table t (id int)");
  const before = await look(shop.db);
  await installTap(shop.db, []);
  const after = await look(shop.db);
  expect(diffSnapshots(before, after)).toEqual([]);
  expect(JSON.stringify(after.objects)).not.toContain("schemawatch_tap");
});

test("a dump of a tapped database restores elsewhere, where the tap works and can be removed", async () => {
  await installTap(shop.db, []);
  await shop.db.query("create table t (id int primary key)");
  const copy = await testDatabase({ template: "empty" });
  try {
    await restore(shop.url, copy.url, { globals: false });
    expect(await tapStanding(copy.db)).toMatchObject({ version: 1, whole: true, works: true });
    expect(diffSnapshots(await look(shop.db), await look(copy.db))).toEqual([]);
    await copy.db.query("create table later ()");
    expect((await noted(copy.db)).at(-1)?.text).toBe("create table later ()");
    expect(await removeTap(copy.db)).toBe(true);
  } finally {
    await copy.drop();
  }
});

test("the command: install, status, remove, and what goes wrong", async () => {
  const at = (...args: string[]) => run(["tap", ...args, "--url", "env:SHOP"], { env: { SHOP: shop.url } });
  expect(await at("status")).toMatchObject({ status: 1, out: expect.stringContaining("There is no tap in") });
  expect(await at("install")).toMatchObject({
    status: 0,
    out: expect.stringContaining("The tap is installed in"),
  });
  expect(await at("install", "--json")).toMatchObject({
    status: 0,
    out: expect.stringContaining('"outcome":"there already"'),
  });
  expect(await at("status")).toMatchObject({
    status: 0,
    out: expect.stringContaining("is at version 1 and works."),
  });
  expect(await at("remove")).toMatchObject({ status: 0 });
  expect(await at("remove")).toMatchObject({ status: 0, out: expect.stringContaining("There is no tap") });
  expect(await at("nonsense")).toMatchObject({
    status: 2,
    err: expect.stringContaining('tap does not know "nonsense"'),
  });
  await withRole("plain2", async () => {
    const url = new URL(shop.url);
    url.username = "plain2";
    url.password = "pw";
    const refused = await run(["tap", "install", "--url", "env:SHOP"], { env: { SHOP: url.href } });
    expect(refused.status).toBe(1);
    expect(refused.err).toContain("permission denied");
    expect(refused.err).not.toContain("pw@");
  });
});
