import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../service/embedded/port.ts";
import { connect } from "../../../service/postgres/client.ts";
import { testDagster } from "../../../service/testing/dagster.ts";
import { until } from "../../../service/testing/until.ts";
import { ROOT } from "../../lib/tools.ts";
import { type Engine, resident, type Server } from "./engine.ts";

const ALONE = join(ROOT, "tools/dagster-alone");
const SHOWN_MS = 180_000;
/** What Dagster's own API refuses while it is busy, the page does not take back: somebody presses again. */
const PRESSES = 10;

/** Dagster with a Flask page, as people put it together (tools/dagster-alone): web server, daemon with its sensor, page. */
export async function alone(server: Server, folder: string): Promise<Engine> {
  await server.admin.query("create database dagster_alone");
  await server.admin.query("create database alone_state");
  await server.admin.query("create database alone_sensed");
  const state = connect({
    url: server.url("alone_state"),
    applicationName: "bench",
    maxConnections: 1,
    deadlineMs: 30_000,
  });
  await state.query("create table snapshot (database text primary key, columns jsonb not null)");
  await state.query(
    "create table result (run text primary key, result jsonb not null, made_at timestamptz not null default now())",
  );
  await state.close();
  const names = [...server.names, "alone_sensed"];
  const env = {
    ALONE_WATCHED: JSON.stringify(Object.fromEntries(names.map((name) => [name, server.url(name)]))),
    ALONE_SENSED: "alone_sensed",
    ALONE_STATE: server.url("alone_state"),
  };
  const dagster = await testDagster({
    storage: server.url("dagster_alone"),
    code: join(ALONE, "jobs.py"),
    env,
    daemon: true,
  });
  const port = freePort();
  const log = openSync(join(folder, "page.log"), "a");
  const page = spawn(join(dagster.bin, "python"), [join(ALONE, "page.py")], {
    stdio: ["ignore", log, log],
    env: {
      ...process.env,
      ...env,
      ALONE_DAGSTER: dagster.url,
      ALONE_PORT: String(port),
      PYTHONPATH: installed(dagster.bin),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    page.kill("SIGKILL");
    await dagster.remove();
  };
  let repeated = 0;
  const press = async (database: string): Promise<string> => {
    for (let nth = 1; ; nth++) {
      const answer = await fetch(`${url}/trigger/${database}`, { method: "POST" });
      if (answer.ok) return ((await answer.json()) as { run: string }).run;
      if (nth === PRESSES) throw new Error(`the page answered ${answer.status}`);
      repeated += 1;
      await Bun.sleep(500);
    }
  };
  const once = async (database: string) => {
    const run = await press(database);
    const result = await until(`the result of ${run}`, SHOWN_MS, async () => {
      await Bun.sleep(100);
      const shown = (await (await fetch(`${url}/runs/${run}`)).json()) as {
        status: string;
        result: object | null;
      };
      if (shown.status === "FAILURE") throw new Error(`the run ${run} failed`);
      return shown.result;
    });
    if (Object.values(result).every((count) => count === 0)) throw new Error(`${run} saw no change`);
  };
  try {
    await until("the page", 60_000, async () => (await fetch(url).catch(() => null))?.ok);
    return {
      name: "Dagster with a Flask page",
      once,
      repeated: () => repeated,
      memory: () => resident((pid, group) => pid === page.pid || dagster.groups().includes(group)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Flask beside the example's virtual environment, fetched once a checkout; returns its folder. */
function installed(bin: string): string {
  const folder = join(ALONE, ".cache");
  const { exitCode } = Bun.spawnSync(
    [
      ...[join(bin, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--upgrade", "--target", folder, "--requirement", join(ALONE, "requirements.txt")],
    ],
    { stderr: "inherit" },
  );
  if (exitCode !== 0) throw new Error("Flask could not be installed");
  return folder;
}
