import { describe, expect, test } from "bun:test";
import { diffSnapshots } from "../../catalog/diff.ts";
import type { Kind } from "../../catalog/model.ts";
import { look, told } from "../../catalog/testing.ts";
import { connect } from "../../postgres/client.ts";
import { MAJORS } from "../majors.ts";
import { testDatabase } from "../postgres.ts";
import { testServer } from "../server.ts";
import { tablespaceFolder } from "../tablespace.ts";
import { restore } from "./restore.ts";
import { ALONE, enrich } from "./rich.ts";
import { upgraded } from "./upgrade.ts";

const client = (url: string) =>
  connect({ url, applicationName: "test", maxConnections: 2, deadlineMs: 30_000 });

describe.each(MAJORS)("on PostgreSQL %i", (major) => {
  test("what an extension brings is the extension's", async () => {
    const { db, drop } = await testDatabase({ major });
    try {
      const before = await look(db);
      await db.query(`
        create extension hstore; create schema m;
        create table m.t (id serial primary key, a int, b text default 'x', check (a > 0));
        create index on m.t (a); create view m.v as select a from m.t; create materialized view m.mv as select b from m.t;
        create sequence m.q; create type m.e as enum ('a'); create type m.c as (a int); create domain m.d as int;
        create type m.r as range (subtype = int); create function m.f() returns trigger language plpgsql as 'begin end';
        create procedure m.p() language sql as ''; create aggregate m.ag (int) (sfunc = int4pl, stype = int);
        create trigger tr before insert on m.t for each row execute function m.f();
        create policy po on m.t; create rule ru as on delete to m.t do instead nothing;
        create collation m.co from "C"; create cast (m.e as int) with inout;
        create operator m.=== (leftarg = int, rightarg = int, function = int4eq);
        create operator family m.fa using btree; create conversion m.cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        create text search dictionary m.di (template = simple); create text search configuration m.cf (copy = simple);
        create foreign data wrapper noise_w; create server noise_s foreign data wrapper noise_w;
        create foreign table m.ft (a int) server noise_s; create statistics m.st on a, b from m.t;
        create access method noise_am type table handler heap_tableam_handler;
        create function m.et() returns event_trigger language plpgsql as 'begin end';
        create event trigger noise_et on sql_drop execute function m.et();`);
      const members = `table m.t|sequence m.t_id_seq|view m.v|materialized view m.mv|sequence m.q|type m.e|type m.c|domain m.d|type m.r|function m.f()|procedure m.p()|aggregate m.ag(int)|collation m.co|cast (m.e as int)|operator m.===(int, int)|operator family m.fa using btree|conversion m.cv|text search dictionary m.di|text search configuration m.cf|foreign data wrapper noise_w|server noise_s|foreign table m.ft|access method noise_am|function m.et()|event trigger noise_et|schema m`;
      for (const member of members.split("|")) await db.query(`alter extension hstore add ${member}`);
      // Statistics objects cannot be members; this one lies on a member's table.
      await db.query("drop statistics m.st");
      expect(diffSnapshots(before, await look(db)).map(told)).toEqual(["added extension hstore"]);
    } finally {
      await drop();
    }
  }, 60_000);

  test("a crash empties what is unlogged and changes no schema", async () => {
    // Else the last commits would be lost as well.
    const server = await testServer({ synchronous_commit: "on" }, { major });
    try {
      const before = client(server.url());
      await enrich({ db: before, url: server.url(), major }, 0.5, major, 0);
      await before.query("create unlogged table lost (id serial, a text); insert into lost (a) values ('x')");
      const seen = await look(before);
      await before.close();
      await server.stop("kill");
      await server.start();
      const after = client(server.url());
      expect(await after.query("select * from lost")).toEqual([]);
      expect(diffSnapshots(seen, await look(after)).map(told)).toEqual([]);
      await after.close();
    } finally {
      await server.remove();
    }
  }, 90_000);
});

/** What the histories of ALONE leave behind. */
const SHOWN: readonly Kind[] = ["subscription", "tablespace", "large object", "database"];

test("a dump that is restored in another server is the same schema, with its roles", async () => {
  const source = await testServer();
  const target = await testServer();
  try {
    const [old, other] = [client(source.url()), client(target.url())];
    await old.query("create database shop");
    const from = client(source.url("shop"));
    const place = { db: from, url: source.url("shop"), major: MAJORS.at(-1) ?? 18 } as const;
    // A restored heir has its columns in another order: docs/versions.md.
    await enrich(place, 0.6, place.major, 0, { without: ["inheritance"], also: ALONE });
    await restore(place.url, target.url(), {
      globals: true,
      create: true,
      folderOf: (name) => tablespaceFolder(other, name),
    });
    const to = client(target.url("shop"));
    const [before, after] = [await look(from), await look(to)];
    expect(SHOWN.filter((kind) => !before.objects.some((object) => object.kind === kind))).toEqual([]);
    expect(before.objects.length).toBeGreaterThan(100);
    expect(diffSnapshots(before, after).map(told)).toEqual([]);
    await Promise.all([old, other, from, to].map((db) => db.close()));
  } finally {
    await Promise.all([source.remove(), target.remove()]);
  }
}, 120_000);

test("pg_upgrade from 16 to 18 changes no schema", async () => {
  const upgrade = await upgraded(async (url) => {
    const db = client(url);
    // That installation has neither extensions nor ICU.
    for (const [nth, share] of [0.35, 0.7].entries()) {
      await enrich({ db, url, major: 16 }, share, 16, nth * 100, {
        without: ["extensions", "collations and conversions"],
        also: nth === 0 ? ["tablespaces", "subscriptions"] : ALONE,
      });
    }
    const seen = await look(db);
    expect(SHOWN.filter((kind) => !seen.objects.some((object) => object.kind === kind))).toEqual([]);
    await db.close();
    return seen;
  });
  try {
    const db = client(upgrade.url);
    expect(upgrade.before.objects.length).toBeGreaterThan(200);
    expect(diffSnapshots(upgrade.before, await look(db)).map(told)).toEqual([]);
    await db.close();
  } finally {
    await upgrade.remove();
  }
}, 240_000);
