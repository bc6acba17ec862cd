import { copyFileSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmbedded } from "../service/embedded/server.ts";
import { AppError } from "../service/errors.ts";
import { connect } from "../service/postgres/client.ts";
import { installSample } from "../service/sample/install.ts";
import { stopSignal } from "../service/shutdown.ts";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";

/** As tools/dagster-example/databases.yaml says. */
const PORT = 3000;
const START_MS = 60_000;
const STOP_MS = 8000;

const SCRIPT: Script = {
  name: "dagster-example",
  help: `Usage: bun scripts/dagster-example.ts

A Dagster that processes what Schemawatch hands over (tools/dagster-example), on http://127.0.0.1:${PORT}: its web server and
its daemon, their storage and a sample shop to watch on an embedded PostgreSQL. All of it lives in data/dagster-example and
ends with Ctrl-C. Python 3.10 or newer is needed; the first start fetches Dagster from PyPI.

Exit status: 0 ended by Ctrl-C; 2 it could not start, or one of its processes ended.`,
  run: async (args, io) => {
    readArguments(args, {}, { least: 0, most: 0, names: "no arguments" });
    const example = join(io.root, "tools/dagster-example");
    const data = join(io.root, "data/dagster-example");
    const signal = stopSignal();
    const bin = join(await install(join(example, "install.sh")), "bin");
    const home = join(data, "home");
    mkdirSync(home, { recursive: true });
    copyFileSync(join(example, "dagster.yaml"), join(home, "dagster.yaml"));

    const server = await startEmbedded({ dataDir: join(data, "postgres"), signal: signal.aborted });
    const started: Bun.Subprocess[] = [];
    try {
      await prepare(server.url.bind(server));
      writeFileSync(join(data, "shop-url"), `${server.url("shop")}\n`, { mode: 0o600 });
      // SQLAlchemy's name of the driver that dagster-postgres brings.
      const storage = server.url("dagster").replace(/^postgres:/, "postgresql+psycopg2:");
      const env = {
        ...process.env,
        DAGSTER_HOME: home,
        DAGSTER_STORAGE: storage,
        PATH: `${bin}:${process.env.PATH}`,
      };
      const start = (program: string, ...more: string[]) => {
        const log = openSync(join(data, `${program}.log`), "a");
        const options = { cwd: example, env, stdin: "ignore", stdout: log, stderr: log } as const;
        const child = Bun.spawn([join(bin, program), ...more], options);
        started.push(child);
        return child;
      };
      const web = start("dagster-webserver", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", String(PORT));
      await answers(web, join(data, "dagster-webserver.log"), signal.aborted);
      const daemon = start("dagster-daemon", "run", "-w", "workspace.yaml");
      io.print(`Dagster is at http://127.0.0.1:${PORT}, its logs are in ${data}.`);
      io.print("In another terminal: DATABASES_FILE=tools/dagster-example/databases.yaml make run");
      io.print(
        `Then change the shop:  psql "$(cat ${join(data, "shop-url")})" -c 'alter table orders add column gift text'`,
      );
      const ended = await Promise.race([signal.wait, web.exited, daemon.exited]);
      if (ended !== undefined && signal.name() === null) {
        throw new AppError("unavailable", "Dagster ended by itself.", { mend: `Its logs are in ${data}.` });
      }
      return EXIT.ok;
    } finally {
      // Asked so, they end what they started too.
      for (const child of started) child.kill("SIGTERM");
      await Promise.race([Promise.all(started.map((child) => child.exited)), Bun.sleep(STOP_MS)]);
      for (const child of started) child.kill("SIGKILL");
      await server.stop();
    }
  },
};

async function install(script: string): Promise<string> {
  const child = Bun.spawn([script], { stdout: "pipe", stderr: "inherit" });
  const path = (await new Response(child.stdout).text()).trim();
  if ((await child.exited) === 0) return path;
  throw new AppError("unavailable", "Dagster could not be installed.", {
    mend: "Python 3.10 or newer with venv (Debian: python3-venv) and a way to PyPI are needed.",
  });
}

/** Both databases, the sample in its own. */
async function prepare(url: (database: string) => string): Promise<void> {
  const client = (database: string) =>
    connect({
      url: url(database),
      applicationName: "dagster example",
      maxConnections: 1,
      deadlineMs: 30_000,
    });
  const admin = client("postgres");
  try {
    const present = await admin.query<{ datname: string }>("select datname from pg_database");
    for (const name of ["dagster", "shop"]) {
      if (!present.some(({ datname }) => datname === name)) await admin.query(`create database ${name}`);
    }
  } finally {
    await admin.close();
  }
  const shop = client("shop");
  await installSample(shop).finally(() => shop.close());
}

async function answers(web: Bun.Subprocess, log: string, signal: AbortSignal): Promise<void> {
  for (
    const end = performance.now() + START_MS;
    performance.now() < end && !signal.aborted;
    await Bun.sleep(200)
  ) {
    if (web.exitCode !== null) break;
    const response = await fetch(`http://127.0.0.1:${PORT}/server_info`).catch(() => null);
    if (response?.ok) return;
  }
  if (!signal.aborted)
    throw new AppError("unavailable", "Dagster's web server did not start.", { mend: `See ${log}.` });
}

process.exitCode = await runScript(SCRIPT, process.argv.slice(2), processIo());
