import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Sql } from "../postgres/types.ts";
import { usualMajor } from "../testing/majors.ts";
import { tidy } from "../testing/oracle/replay.ts";
import { enrich } from "../testing/oracle/rich.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { compileIgnore } from "./ignore.ts";
import type { Snapshot } from "./model.ts";
import { STATEMENTS } from "./read/catalogs.ts";
import { readChanges, readPieces, readSnapshot, type ServerRow } from "./snapshot.ts";
import serverSql from "./sql/server.sql" with { type: "text" };
import { expectRoundTrip, told } from "./testing.ts";
import { formatSnapshot, parseSnapshot } from "./text.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await enrich({ ...database, major: usualMajor() }, 0.6, usualMajor(), 990_000);
  await database.db.query(`
    create role unseen_plain; create role unseen_ann; create foreign data wrapper unseen_w;
    create server unseen_s foreign data wrapper unseen_w; alter server unseen_s owner to unseen_plain;
    create user mapping for unseen_plain server unseen_s options (usr 'a');
    create user mapping for unseen_ann server unseen_s options (usr 'a'); create user mapping for public server unseen_s`);
}, 60_000);
afterAll(async () => {
  await database.drop();
  const admin = await testDatabase();
  await tidy(admin.db);
  await admin.db.query("drop role unseen_plain, unseen_ann");
  await admin.drop();
}, 60_000);

class Undo extends Error {}

/** What `work` returns; nothing that it did to the database lasts. */
async function undone<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
  let found: { readonly value: T } | undefined;
  await database.db
    .transaction(async (tx) => {
      found = { value: await work(tx) };
      throw new Undo();
    })
    .catch((error) => {
      if (!(error instanceof Undo)) throw error;
    });
  if (found === undefined) throw new Error("it did not run");
  return found.value;
}

/** A look of the plain role, within a transaction of the superuser. */
async function plainLook(tx: Sql, previous?: Snapshot): Promise<Snapshot> {
  await tx.query("set local role unseen_plain");
  const seen = await readSnapshot(tx, { ignore: compileIgnore([]), ...(previous ? { previous } : {}) });
  await tx.query("reset role");
  return seen;
}

/** Every catalog that a look reads. */
const CATALOGS = [...new Set(Object.values(STATEMENTS).flatMap((sql) => sql.match(/\bpg_[a-z_]+\b(?!\()/g)))];

test("a catalog that is closed to the role, and open again, changes nothing", async () => {
  const there = await database.db.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 11 and relkind in ('r', 'v') and relname = any($1::text[]) order by 1",
    [CATALOGS],
  );
  expect(there.length).toBeGreaterThan(40);
  const refused: string[] = [];
  const found: unknown[] = [];
  for (const { name } of there) {
    await undone(async (tx) => {
      const before = await plainLook(tx);
      await tx.query(`revoke select on pg_catalog.${name} from public`);
      // Rights on single columns, as on pg_subscription's.
      await tx.query(`do $$ declare c text; begin
        for c in select quote_ident(attname) from pg_attribute where attrelid = 'pg_catalog.${name}'::regclass and attacl is not null loop
          execute 'revoke select (' || c || ') on pg_catalog.${name} from public';
        end loop; end $$`);
      const bare = await plainLook(tx).catch((error) => {
        if ((error as { code?: unknown }).code !== "42501") throw error;
        return null;
      });
      if (bare === null) {
        refused.push(name);
        return;
      }
      // The revocation itself is a change where rights on what came with the server are read.
      const said = (a: Snapshot, b: Snapshot) =>
        diffSnapshots(a, b)
          .filter(({ kind }) => kind !== "database")
          .map(told);
      const file = parseSnapshot(formatSnapshot(bare), "closed.schema");
      const kept = await plainLook(tx, before);
      const seen = [said(before, bare), said(bare, before), said(file, before), said(before, kept)];
      expectRoundTrip({ ...bare, unreadable: [] });
      if (seen.some((differences) => differences.length > 0)) found.push([name, seen]);
    });
  }
  expect(found).toEqual([]);
  // Without these there is no look at all, which is told as a failed one.
  expect(refused).toEqual(REFUSED);
}, 240_000);

const REFUSED = ["pg_class", "pg_database"];

test("roles that cannot be read are counted, stay known, and are compared when they are read again", async () => {
  await undone(async (tx) => {
    await tx.query("create role unseen_gone");
    const before = await plainLook(tx);
    const roles = before.objects.filter(({ kind }) => kind === "role").length;
    await tx.query("revoke select on pg_catalog.pg_roles from public");
    const closed = await plainLook(tx, before);
    expect(closed.unreadable).toContain(`${roles} roles no longer readable by this role, kept as last seen`);
    const again = await plainLook(tx, closed);
    expect(again.unreadable).toEqual(closed.unreadable);
    await tx.query(
      "drop role unseen_gone; create role unseen_come; grant select on pg_catalog.pg_roles to public",
    );
    const after = await plainLook(tx, again);
    expect(after.unreadable).toEqual(before.unreadable);
    const differences = diffSnapshots(closed, after).filter(({ kind }) => kind === "role");
    expect(differences.map(told)).toEqual(["added role unseen_come", "removed role unseen_gone"]);
  });
});

test("options of user mappings stay known when they are closed, and are compared when they are open again", async () => {
  const options = (seen: Snapshot) =>
    seen.objects
      .filter(({ identity }) => identity.startsWith("unseen_s."))
      .map((one) => one.attributes.options);
  await undone(async (tx) => {
    const before = await plainLook(tx);
    expect(options(before)).toEqual([undefined, "(not readable by this role)", ["usr"]]);
    await tx.query("alter server unseen_s owner to current_user");
    const closed = await plainLook(tx, before);
    expect(options(closed)).toEqual(options(before));
    expect(diffSnapshots(before, closed).map(told)).toEqual([
      "altered foreign server unseen_s: owner unseen_plain → schemawatch",
    ]);
    await tx.query("alter user mapping for unseen_plain server unseen_s options (drop usr, add name 'b')");
    const still = await plainLook(tx, closed);
    expect(diffSnapshots(closed, still)).toEqual([]);
    // Its row version must be another one than the last change's of this transaction.
    await tx.query("savepoint again; alter server unseen_s owner to unseen_plain; release savepoint again");
    expect(diffSnapshots(still, await plainLook(tx, still)).map(told)).toEqual([
      "altered foreign server unseen_s: owner schemawatch → unseen_plain",
      "altered user mapping unseen_s.unseen_plain: options [usr] → [name]",
    ]);
  });
});

test("so it is where a look reads what changed only", async () => {
  await undone(async (tx) => {
    const options = { ignore: compileIgnore([]) };
    const server = async () => (await tx.query<ServerRow>(serverSql, []))[0] as ServerRow;
    const as = async <T>(work: () => Promise<T>) => {
      await tx.query("set local role unseen_plain");
      const found = await work();
      await tx.query("reset role");
      return found;
    };
    const before = await as(async () => readPieces(tx, await server(), options));
    await tx.query("alter server unseen_s owner to current_user");
    const closed = await as(async () => readChanges(tx, await server(), options, before));
    const mapping = closed?.objects.find(({ identity }) => identity === "unseen_s.unseen_plain");
    expect(mapping?.attributes.options).toEqual(["usr"]);
  });
});
