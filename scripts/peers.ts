import { existsSync } from "node:fs";
import { join } from "node:path";
import { diffSnapshots } from "../service/catalog/diff.ts";
import { look } from "../service/catalog/testing.ts";
import { compareDumps, dumpOf } from "../service/testing/oracle/dump.ts";
import { HISTORIES } from "../service/testing/oracle/histories.ts";
import type { Step } from "../service/testing/oracle/history.ts";
import { attempt, belongs, placed, tidy, wordOf } from "../service/testing/oracle/replay.ts";
import { testDatabase } from "../service/testing/postgres.ts";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";

const FOLDER = join(import.meta.dir, "../tools/peers");
const MAJOR = 18;

const HELP = `Usage: bun scripts/peers.ts

Replays the oracle's statements kind by kind on PostgreSQL ${MAJOR}, and prints as a table how many of those that change
something each reader sees: the text of pg_dump -s, that and pg_dumpall --globals-only, supabase's pg-delta (installed into
tools/peers by the first run), and Schemawatch.

Exit status: 0 Schemawatch sees all that any of them sees, 1 it misses something, 2 could not run.`;

const SCRIPT: Script = { name: "peers", help: HELP, run: compareAll };

const READERS = ["pg_dump -s", "with globals", "pg-delta", "Schemawatch"] as const;

/** What each reader says of a round, a text for each difference. */
type Said = Readonly<Record<(typeof READERS)[number], readonly string[]>>;

interface Peer {
  extract(pool: unknown): Promise<{ readonly factBase: unknown }>;
  diff(before: unknown, after: unknown): readonly unknown[];
  readonly pool: { end(): Promise<void> };
}

async function compareAll(args: readonly string[], io: ScriptIo): Promise<number> {
  readArguments(args, {}, { least: 0, most: 0, names: "nothing" });
  const rounds = await replayRounds(io);
  const rows = HISTORIES.map(({ name, claims }, nth) => {
    const mine = belongs(wordOf(nth), claims);
    const seen = rounds.map((said) => READERS.filter((reader) => said[reader].some(mine)));
    const changed = seen.filter((readers) => readers.length > 0);
    return {
      name,
      changed: changed.length,
      by: READERS.map((one) => changed.filter((all) => all.includes(one)).length),
    };
  });
  const total = {
    name: "all",
    changed: rows.reduce((sum, { changed }) => sum + changed, 0),
    by: READERS.map((_, at) => rows.reduce((sum, { by }) => sum + (by[at] ?? 0), 0)),
  };
  io.print(`| kinds | statements that change something | ${READERS.join(" | ")} |`);
  io.print(`|---|---|${READERS.map(() => "---|").join("")}`);
  for (const { name, changed, by } of [...rows, total])
    io.print(`| ${name} | ${changed} | ${by.join(" | ")} |`);
  return total.by.at(-1) === total.changed ? EXIT.ok : EXIT.finding;
}

/** Of each history the first statement, then every reader; of each the second, and so on. */
async function replayRounds(io: ScriptIo): Promise<Said[]> {
  const database = await testDatabase({ major: MAJOR });
  const peer = await peerOf(database.url);
  try {
    const known = HISTORIES.map(({ steps }) =>
      steps.filter(({ from, to }: Step) => from <= MAJOR && MAJOR <= to),
    );
    for (const nth of HISTORIES.keys()) await database.db.query(`create schema ${wordOf(nth)}`);
    const see = async () => ({
      ours: await look(database.db),
      dump: await dumpOf(database.url),
      facts: (await peer.extract(peer.pool)).factBase,
    });
    let before = await see();
    const rounds: Said[] = [];
    for (let round = 0; known.some((steps) => round < steps.length); round++) {
      io.warn(`round ${round + 1}`);
      await database.db.reserve(async (session) => {
        for (const [nth, steps] of known.entries()) {
          const step = steps[round];
          if (step !== undefined)
            await attempt(session, wordOf(nth), await placed({ ...database, major: MAJOR }, step.sql));
        }
      });
      const after = await see();
      const dumped = compareDumps(before.dump, after.dump);
      const texts = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one));
      rounds.push({
        "pg_dump -s": texts(dumped.filter(({ title }) => !title.startsWith("GLOBAL "))),
        "with globals": texts(dumped),
        "pg-delta": texts(peer.diff(before.facts, after.facts)),
        Schemawatch: texts(diffSnapshots(before.ours, after.ours)),
      });
      before = after;
    }
    return rounds;
  } finally {
    await peer.pool.end();
    await database.drop();
    const admin = await testDatabase({ major: MAJOR });
    await tidy(admin.db);
    await admin.drop();
  }
}

/** The peer, from where tools/peers has it: a program of its own, never a part of this one. */
async function peerOf(url: string): Promise<Peer> {
  if (!existsSync(join(FOLDER, "node_modules"))) {
    const done = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile", "--cwd", FOLDER]);
    if (done.exitCode !== 0) throw new Error(`tools/peers could not be installed: ${done.stderr}`);
  }
  const modules = join(FOLDER, "node_modules");
  const delta = (await import(join(modules, "@supabase/pg-delta/dist/index.js"))) as Pick<
    Peer,
    "extract" | "diff"
  >;
  const { default: pg } = (await import(join(modules, "pg/esm/index.mjs"))) as {
    default: { Pool: new (options: unknown) => Peer["pool"] };
  };
  return { extract: delta.extract, diff: delta.diff, pool: new pg.Pool({ connectionString: url, max: 2 }) };
}

if (import.meta.main) process.exit(await runScript(SCRIPT, process.argv.slice(2), processIo()));
