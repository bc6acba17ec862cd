import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readGate } from "./catalog/gate.ts";
import { compileIgnore } from "./catalog/ignore.ts";
import type { Snapshot } from "./catalog/model.ts";
import { readChanges, readPieces, readWhole, type ServerRow } from "./catalog/snapshot.ts";
import serverSql from "./catalog/sql/server.sql" with { type: "text" };
import { systemClock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { takeLook } from "./look.ts";
import { connect } from "./postgres/client.ts";
import { READER_SETTINGS } from "./postgres/reader.ts";
import type { Database, Sql } from "./postgres/types.ts";
import { type TestDatabase, testDatabase } from "./testing/postgres.ts";

let base: TestDatabase;
beforeAll(async () => {
  base = await testDatabase();
});
afterAll(() => base.drop());

/** The database, where each of the statements runs in its turn, elsewhere, between the beginning of a look and its reading. */
function disturbed(statements: readonly string[]): Database {
  const left = [...statements];
  return {
    ...base.db,
    transaction: (work, options) =>
      base.db.transaction(async (tx) => {
        await tx.query("select 1", []);
        const statement = left.shift();
        if (statement !== undefined) {
          const other = connect({
            url: base.url,
            applicationName: "other",
            maxConnections: 1,
            deadlineMs: 5000,
          });
          await other.query(statement);
          // Its counters reach others before its answer, not when the server comes to it.
          await other.query("select pg_stat_force_next_flush()");
          await other.close();
        }
        return work(tx);
      }, options),
  };
}

async function look(statements: readonly string[], most: number) {
  const options = { ignore: compileIgnore([]) };
  return takeLook(disturbed(statements), await readGate(base.db), options, {
    most,
    deadlineMs: 5000,
    clock: systemClock,
  });
}

test("a look into which a change came is taken again, and says when it never was quiet", async () => {
  const seen = await look(["create table public.during ()"], 2);
  expect(seen.quiet).toBe(true);
  expect(seen.snapshot.objects.some(({ identity }) => identity === "public.during")).toBe(true);
  const statements = ["create table public.first ()", "create table public.second ()"];
  expect((await look(statements, 2)).quiet).toBe(false);
});

test("an object that goes away during a look is no fault: the next look does not see it", async () => {
  await base.db.query("create view public.going as select 1 as one");
  const seen = await look(["drop view public.going"], 2);
  expect(seen.quiet).toBe(true);
  expect(seen.snapshot.objects.some(({ identity }) => identity === "public.going")).toBe(false);
});

const LOCKABLE = `
  create table public.locked (a int check (a > 1)); create table public.other (a int check (a > 1));
  create view public.shown as select locked.a, other.a as b from public.locked, public.other;
  create rule quiet as on delete to public.other do instead nothing`;

/** A client of the same database that gives up soon where it must wait for a lock. */
async function beside<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = connect({ url: base.url, applicationName: "migration", maxConnections: 1, deadlineMs: 10_000 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

describe("locks", () => {
  beforeAll(() => base.db.query(LOCKABLE));

  /** As the poller's. */
  const reading = async () => {
    const db = connect({
      url: base.url,
      applicationName: "look",
      maxConnections: 1,
      deadlineMs: 10_000,
      settings: READER_SETTINGS,
    });
    const options = { ignore: compileIgnore([]) };
    try {
      return await takeLook(db, await readGate(db), options, {
        most: 3,
        deadlineMs: 5000,
        clock: systemClock,
      });
    } finally {
      await db.close();
    }
  };

  test("a look gives way to DDL, says on which relation and to whom, and the next one sees what that did", async () => {
    const error = await beside((db) =>
      db.transaction(async (tx) => {
        await tx.query("alter table public.locked add column late int");
        return reading().catch((thrown) => thrown);
      }),
    );
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(error.message).toMatch(/public\.locked by process \d+ \(schemawatch, migration\)/);
    expect(error.message).not.toContain("public.other");
    const { snapshot } = await reading();
    expect(snapshot.objects.some(({ identity }) => identity === "public.locked.late")).toBe(true);
  });

  test("a lock that is held for a moment costs a look that moment, and no fault", async () => {
    const held = beside((db) =>
      db.transaction(async (tx) => {
        await tx.query("lock table public.locked in access exclusive mode");
        await Bun.sleep(600);
      }),
    );
    expect((await reading()).snapshot.objects.length).toBeGreaterThan(3);
    await held;
  });

  test("while a look waits for one relation, DDL on the others does not wait for the look", async () => {
    await beside((holder) =>
      holder.transaction(async (tx) => {
        await tx.query("lock table public.locked in access exclusive mode");
        let over = false;
        const looking = reading().catch(() => {
          over = true;
        });
        const waits: number[] = [];
        await beside(async (db) => {
          while (!over) {
            const begun = performance.now();
            await db.query("alter table public.other alter column a set statistics 7");
            waits.push(performance.now() - begun);
          }
        });
        await looking;
        expect(waits.length).toBeGreaterThan(10);
        expect(Math.max(...waits)).toBeLessThan(1000);
      }),
    );
  });

  test("DDL does not wait for the end of a look's transaction, however long that goes on", async () => {
    const options = { ignore: compileIgnore([]) };
    const reads: ((tx: Sql, server: ServerRow) => Promise<Snapshot | null>)[] = [
      (tx, server) => readWhole(tx, server, options),
      (tx, server) => readPieces(tx, server, options),
      async (tx, server) => {
        const previous = await readPieces(tx, server, options);
        await beside((db) =>
          db.query("create or replace view public.shown as select a, a + 1 as b from public.other"),
        );
        return readChanges(tx, server, options, previous);
      },
    ];
    for (const read of reads) {
      const work = async (tx: Sql) => {
        const [server] = await tx.query<ServerRow>(serverSql, []);
        expect(await read(tx, server as ServerRow)).not.toBeNull();
        await beside((db) =>
          db.query(
            "set lock_timeout = '3s'; alter table public.locked alter column a set statistics 5; lock table public.shown, public.other",
          ),
        );
      };
      await base.db.transaction(work, { isolation: "repeatable read", readOnly: true });
    }
  });
});
