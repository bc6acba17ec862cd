import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { readGate } from "./gate.ts";
import { readServerGate } from "./server-gate.ts";

let database: TestDatabase;
let elsewhere: TestDatabase;
beforeAll(async () => {
  [database, elsewhere] = await Promise.all([testDatabase(), testDatabase()]);
});
afterAll(async () => {
  await Promise.all([database.drop(), elsewhere.drop()]);
});

test("it is of the same server and start as the gates of its databases", async () => {
  const { database: oid, ...gate } = await readGate(database.db);
  const reading = await readServerGate(elsewhere.db);
  expect(reading).toMatchObject({
    system: gate.system,
    started: gate.started,
    recovery: false,
    counting: true,
  });
  expect(reading.databases.has(oid)).toBe(true);
});

test("a database in which a client is at work is busy, one where only Schemawatch reads is not", async () => {
  const { database: oid } = await readGate(database.db);
  const client = (applicationName: string) =>
    connect({ url: database.url, applicationName, maxConnections: 1, deadlineMs: 5000 });
  const [ours, theirs] = [client("schemawatch poller"), client("psql")];
  const busy = async () => (await readServerGate(elsewhere.db)).busy.get(oid);
  try {
    await database.db.close();
    await ours.query("select 1");
    expect(await busy()).toBeUndefined();
    const long = theirs.query("select pg_sleep(0.3)");
    await until("at work", 2000, async () => (await busy()) === 0);
    await long;
    const age = await until("idle", 2000, async () => (await busy()) || undefined);
    expect(age).toBeLessThan(3);
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
});

test("ALTER DATABASE moves that database alone, and another that comes moves none", async () => {
  const { database: oid } = await readGate(elsewhere.db);
  const read = async () => {
    const { shared, databases } = await readServerGate(elsewhere.db);
    return { shared, own: databases.get(oid) };
  };
  const before = await read();
  const another = await testDatabase();
  expect(await read()).toEqual(before);
  await another.db.query(`alter database ${elsewhere.name} connection limit 99`);
  const after = await read();
  expect(after.shared).toBe(before.shared);
  expect(after.own).not.toBe(before.own);
  await another.drop();
});

test("a role without rights reads it, and finds nobody busy but itself", async () => {
  const { database: oid } = await readGate(elsewhere.db);
  await elsewhere.db.query("create role plain login password 'pw'");
  const url = new URL(elsewhere.url);
  url.username = "plain";
  url.password = "pw";
  const plain = connect({ url: url.href, applicationName: "plain", maxConnections: 1, deadlineMs: 5000 });
  try {
    const reading = await readServerGate(plain);
    expect(reading.databases.has(oid)).toBe(true);
    expect([...reading.busy.keys()]).toEqual([oid]);
  } finally {
    await plain.close();
    await elsewhere.db.query("drop role plain");
  }
});
