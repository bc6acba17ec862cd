import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { SCHEMA, schemaText } from "../../scripts/dagster/types.ts";
import { ROOT } from "../../scripts/lib/tools.ts";
import type { Document } from "../dagster/document.ts";
import { readRun } from "../store/read/runs.ts";
import { cancelRun } from "../store/runs.ts";
import { selfSigned } from "../testing/certificate.ts";
import { proxyTo } from "../testing/dagster/proxy.ts";
import { until } from "../testing/until.ts";
import { eventsOf, queueChange, queueRun, runUntil, stepsOf } from "./testing.ts";
import { dagsterBench, handed, removeFile } from "./testing-dagster.ts";

/*
 * Against a real Dagster (service/testing/dagster.ts). A proxy stands before it where its open-source edition has nothing
 * of its own: TLS and tokens, and answers that are lost.
 */

let bench: Awaited<ReturnType<typeof dagsterBench>>;
beforeAll(async () => {
  bench = await dagsterBench("a", "b", "c", "d", "e", "plain");
}, 180_000);
afterEach(() => bench.stopWorkers());
afterAll(() => bench?.end(), 30_000);

const dagsterStepOf = async (run: string) =>
  (await stepsOf(bench.store.db, run)).find(({ name }) => name === "dagster");
const linesOf = async (run: string, pattern: RegExp) =>
  (await eventsOf(bench.store.db, run)).flatMap((line) => pattern.exec(line)?.[1] ?? []);
const TICKS = Array.from({ length: 25 }, (_, number) => String(number));
const RUN_MS = 60_000;
/** How many events of Dagster's only run since `lines` began were told by itself, and how many asked for. */
const counted = (lines: readonly string[]) => {
  const [, told, asked] = /(\d+) events were told and (\d+) asked for/.exec(lines.join("\n")) ?? [];
  return { told: Number(told), asked: Number(asked) };
};

test("a change is handed over, followed live and its result reported; other databases have no such step", async () => {
  const { store, dagster } = bench;
  await bench.work([handed("a", dagster.target("process_schema_change")), handed("plain", null)]);
  const run = await queueChange(store.db, "a");
  const plain = await queueChange(store.db, "plain");
  await bench.said(run, /load_change: started/);
  const row = await runUntil(store.db, run, undefined, RUN_MS);
  expect(row.state).toBe("succeeded");
  const [made] = await bench.tagged(run);
  const link = `${dagster.url}/runs/${made?.runId}`;
  expect(await dagsterStepOf(run)).toMatchObject({
    state: "succeeded",
    output: { runId: made?.runId, link, result: { database: "a", counts: { breaking: 1 }, total: 1 } },
  });
  const tags = made?.tags.map(({ key, value }) => `${key}=${value}`);
  expect(tags).toContain(`schemawatch/run=${run}`);
  expect(tags).toContain("schemawatch/database=a");
  const lines = await eventsOf(store.db, run);
  for (const step of ["load_change", "classify", "report"]) {
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^dagster info: ${step}: done in \\d+ms\\.$`)),
    );
  }
  expect(lines).toContain("dagster info: load_change: a: 1 changed objects");
  for (const report of [row.report_markdown, row.report_html]) {
    expect(report).toContain(link);
    expect(report).toContain('{"breaking":1}'.replaceAll('"', report === row.report_html ? "&quot;" : '"'));
  }
  const shown = (await readRun(store.db, Number(run))).steps.find(({ name }) => name === "dagster");
  expect(shown).toMatchObject({ link, note: "success, 3 steps done" });
  expect((await stepsOf(store.db, plain)).map(({ name }) => name)).toEqual([
    "load",
    "judge",
    "impact",
    "report",
    "notify",
  ]);
  const unknown = dagster.ask({ text: "{ schemawatch }" }, {});
  await expect(unknown).rejects.toThrow(/does not know what was asked: Cannot query field/);
  const unchanged = await queueRun(store.db, "a");
  expect((await runUntil(store.db, unchanged, undefined, RUN_MS)).state).toBe("succeeded");
  expect(await bench.tagged(unchanged)).toHaveLength(0);
}, 90_000);

test("the schema that the documents are typed from is this Dagster's own", async () => {
  const introspection: Document<object, IntrospectionQuery> = { text: getIntrospectionQuery() };
  const own = schemaText(await bench.dagster.ask(introspection, {}));
  if (own !== readFileSync(join(ROOT, SCHEMA), "utf8"))
    throw new Error(`${SCHEMA} is not: make dagster-types`);
});

test("our worker killed between launch and journal, and again in mid-run: one run, each event once", async () => {
  const { store, dagster } = bench;
  const launched = Promise.withResolvers<void>();
  const proxy = proxyTo(dagster.url, {
    after: (body) => {
      if (!body.includes("launchRun")) return undefined;
      launched.resolve();
      return new Promise<undefined>(() => {});
    },
  });
  const watched = [handed("a", dagster.target("ticking"))];
  const first = await bench.spawnWorker([handed("a", dagster.target("ticking", { url: proxy.url }))]);
  const run = await queueChange(store.db, "a");
  await launched.promise;
  await first.kill();
  await proxy.stop();
  const second = await bench.spawnWorker(watched);
  await bench.said(run, /tick 5$/);
  await second.kill();
  await bench.work(watched);
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
  expect(await bench.tagged(run)).toHaveLength(1);
  expect(await linesOf(run, /tick: tick (\d+)$/)).toEqual(TICKS);
  expect(await linesOf(run, /^dagster info: (Found) the job/)).toHaveLength(1);
  expect(await dagsterStepOf(run)).toMatchObject({ state: "succeeded", output: { result: { run } } });
}, 120_000);

test("Dagster tells the events by itself; a socket that is late, cut, silent or refused loses and doubles none", async () => {
  const { store, dagster } = bench;
  const lines: string[] = [];
  let tolds = 0;
  const plain = proxyTo(dagster.url, { told: () => true });
  const late = proxyTo(dagster.url, { told: () => Bun.sleep(2500).then(() => true) });
  const cut = proxyTo(dagster.url, {
    told: (text) => {
      if (text.includes("tick 5")) cut.cut();
      return true;
    },
  });
  const silent = proxyTo(dagster.url, {
    told: (text) => {
      tolds += text.includes("tick ") ? 1 : 0;
      return tolds < 5;
    },
  });
  const refused = proxyTo(dagster.url, {});
  for (const proxy of [plain, late, cut, silent, refused]) {
    lines.length = 0;
    await bench.work([handed("a", dagster.target("ticking", { url: proxy.url }))], 10, lines);
    const run = await queueChange(store.db, "a");
    expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
    expect(await linesOf(run, /tick: tick (\d+)$/)).toEqual(TICKS);
    const [said] = lines.filter((line) => line.includes("events of its run"));
    expect(said).toMatch(proxy === refused ? /is asked for the events.*could not be opened/ : /by itself/);
    if (proxy === refused) expect(counted(lines).told).toBe(0);
    if (proxy === plain) expect(counted(lines).told).toBeGreaterThan(TICKS.length - 5);
    if (proxy === cut) expect(lines.join("\n")).toContain("It was closed (1006)");
    await bench.stopWorkers();
    await proxy.stop();
  }
}, 180_000);

test("a launch whose answer is lost, and whose run appears late, is not launched twice", async () => {
  const { store, dagster } = bench;
  let launches = 0;
  const late: Promise<unknown>[] = [];
  const proxy = proxyTo(dagster.url, {
    before: (body) => {
      if (!body.includes("launchRun")) return undefined;
      launches += 1;
      late.push(
        Bun.sleep(4000).then(() =>
          fetch(`${dagster.url}/graphql`, {
            method: "POST",
            body,
            headers: { "content-type": "application/json" },
          }),
        ),
      );
      return new Response("gone", { status: 502 });
    },
  });
  await bench.work([handed("a", dagster.target("process_schema_change", { url: proxy.url }))]);
  const run = await queueChange(store.db, "a");
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
  await Promise.all(late);
  await proxy.stop();
  expect(launches).toBe(1);
  expect(await bench.tagged(run)).toHaveLength(1);
  expect((await dagsterStepOf(run))?.state).toBe("succeeded");
}, 90_000);

test("a cancelled run of ours cancels Dagster's", async () => {
  const { store, dagster } = bench;
  await bench.work([handed("a", dagster.target("quiet"))]);
  const run = await queueChange(store.db, "a");
  await bench.said(run, /sleeping/);
  await cancelRun(store.db, run);
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("cancelled");
  expect((await bench.tagged(run)).map(({ status }) => status)).toEqual(["CANCELED"]);
  expect(await linesOf(run, /(Dagster's run was cancelled)/)).toHaveLength(1);
}, 90_000);

test("code server, then web server killed in mid-run, and started again: said once, nothing lost, nothing twice", async () => {
  const { store, dagster } = bench;
  await bench.work([handed("a", dagster.target("ticking"))]);
  const run = await queueChange(store.db, "a");
  await bench.said(run, /tick 2$/);
  dagster.killCode();
  // The run goes on without it.
  await bench.said(run, /tick 8$/);
  await dagster.killWeb();
  await bench.said(run, /Dagster at .* cannot be reached/);
  await dagster.start();
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
  expect((await dagsterStepOf(run))?.state).toBe("succeeded");
  expect(await linesOf(run, /tick: tick (\d+)$/)).toEqual(TICKS);
  expect(await linesOf(run, /(Dagster at .* cannot be reached)/)).toHaveLength(1);
  expect(await linesOf(run, /(answers again)/)).toHaveLength(1);
}, 120_000);

test("Dagster's run worker killed: the step fails and says so, and the report is written", async () => {
  const { store, dagster } = bench;
  await bench.work([handed("a", dagster.target("quiet"))]);
  const run = await queueChange(store.db, "a");
  await bench.said(run, /sleeping/);
  process.kill(await bench.runWorkerOf(run), "SIGKILL");
  const row = await runUntil(store.db, run, undefined, RUN_MS);
  expect(row.state).toBe("succeeded");
  expect((await dagsterStepOf(run))?.error).toMatch(/^Dagster's run failed: .*http/s);
  expect(row.report_markdown).toContain("**Failed:**");
}, 90_000);

test("run worker and code server killed: found out by silence, ended there, launched once more", async () => {
  const { store, dagster } = bench;
  await bench.work([handed("a", dagster.target("quiet", { silenceMs: 4000, retries: 1 }))]);
  const run = await queueChange(store.db, "a");
  await bench.said(run, /sleeping/);
  const worker = await bench.runWorkerOf(run);
  dagster.killCode();
  process.kill(worker, "SIGKILL");
  await bench.said(run, /said nothing for 4 s.*Launching it again: 1 of 1/);
  // The web server has no code server any more, and starts none by itself.
  await bench.said(run, /answered 500.*reload the code location/);
  await dagster.killWeb();
  await dagster.start();
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
  expect((await dagsterStepOf(run))?.error).toMatch(/said nothing for 4 s/);
  const made = await bench.tagged(run);
  expect(made.map(({ status }) => status)).toEqual(["CANCELED", "CANCELED"]);
}, 120_000);

test("what Dagster refuses is told in words, and nothing else waits for it", async () => {
  const { store, dagster } = bench;
  const closed = proxyTo(dagster.url, { before: () => new Response("who?", { status: 401 }) });
  const refused = {
    a: [
      dagster.target("nowhere"),
      /^Dagster has no job "nowhere" in .* code location "jobs"\. Correct dagster\.job/,
    ],
    b: [dagster.target("needing"), /^Dagster's job needing does not take the configuration: .*tenant/s],
    c: [dagster.target("failing"), /^Dagster's run failed: fail: .*no such tenant/s],
    d: [
      dagster.target("ticking", { url: closed.url, token: "wrong" }),
      /^Dagster at .* answered 401\. Write a token/,
    ],
    e: [dagster.target("boasting"), /^The result of Dagster's run takes 1048\d+ bytes/],
  } as const;
  await bench.work(
    [...Object.entries(refused).map(([name, [target]]) => handed(name, target)), handed("plain", null)],
    1,
  );
  const runs = new Map<string, string>();
  for (const name of Object.keys(refused)) runs.set(name, await queueChange(store.db, name));
  await bench.said(runs.get("a") ?? "", /has no job/);
  const begun = performance.now();
  expect((await runUntil(store.db, await queueChange(store.db, "plain"))).state).toBe("succeeded");
  expect(performance.now() - begun).toBeLessThan(5000);
  for (const [name, [, pattern]] of Object.entries(refused)) {
    const run = runs.get(name) ?? "";
    expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
    expect((await dagsterStepOf(run))?.error).toMatch(pattern);
  }
  // Once for as long as it holds: on a busy machine Dagster may be away in between.
  const warned = await linesOf(runs.get("a") ?? "", /^dagster warn: (.*)/);
  expect(warned.some((line) => line.startsWith("Dagster has no job"))).toBe(true);
  expect(warned.filter((line, index) => line === warned[index - 1])).toEqual([]);
  expect(JSON.stringify(await eventsOf(store.db, runs.get("d") ?? ""))).not.toContain("wrong");
  await closed.stop();
}, 120_000);

test("TLS with a certificate of one's own and a token; a Dagster that is down is waited for until the time is over", async () => {
  const { store, dagster } = bench;
  const { cert, key } = selfSigned("localhost");
  const path = join(tmpdir(), `schemawatch-ca-${process.pid}.pem`);
  writeFileSync(path, cert);
  const seen = new Set<string | null>();
  let told = 0;
  const proxy = proxyTo(dagster.url, {
    tls: { cert, key },
    told: () => {
      told += 1;
      return true;
    },
    before: (_, request) => {
      seen.add(request.headers.get("authorization"));
      return undefined;
    },
  });
  const down = { ...dagster.target("ticking"), url: "http://127.0.0.1:9", timeoutMs: 4000 };
  await bench.spawnWorker(
    [
      handed("a", dagster.target("process_schema_change", { url: proxy.url, token: "s3cret" })),
      handed("b", down),
    ],
    { NODE_EXTRA_CA_CERTS: path },
  );
  const [run, late] = [await queueChange(store.db, "a"), await queueChange(store.db, "b")];
  expect((await runUntil(store.db, run, undefined, RUN_MS)).state).toBe("succeeded");
  expect((await dagsterStepOf(run))?.state).toBe("succeeded");
  expect([...seen]).toEqual(["Bearer s3cret"]);
  expect(told).toBeGreaterThan(1);
  await until("the other to end", RUN_MS, async () => (await dagsterStepOf(late))?.error);
  expect((await dagsterStepOf(late))?.error).toBe("Not done within 4 s. Dagster did not begin it.");
  expect(await linesOf(late, /(Dagster at .* cannot be reached)/)).toHaveLength(1);
  await proxy.stop();
  removeFile(path);
}, 90_000);
