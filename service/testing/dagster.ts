import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import { DagsterClient } from "../dagster/client.ts";
import type { Document } from "../dagster/document.ts";
import type { DagsterTarget } from "../dagster/target.ts";
import { freePort } from "../embedded/port.ts";
import { testDatabase } from "./postgres.ts";
import { until } from "./until.ts";

const EXAMPLE = fileURLToPath(new URL("../../tools/dagster-example", import.meta.url));
const JOBS = fileURLToPath(new URL("dagster/jobs.py", import.meta.url));
/** A start took 4 to 8 s alone, and this machine may be busy. */
const START_MS = 60_000;

/** A real Dagster: web server and code server on loopback, its storage on the shared test server. */
export interface TestDagster {
  readonly url: string;
  /** Where its programs are. */
  readonly bin: string;
  /** The groups of all its processes. */
  groups(): readonly number[];
  /** The target of a job of service/testing/dagster/jobs.py. */
  target(job: string, change?: Partial<DagsterTarget>): DagsterTarget;
  ask<Variables, Data>(document: Document<Variables, Data>, variables: Variables): Promise<Data>;
  /** SIGKILL to the web server alone. */
  killWeb(): Promise<void>;
  /** SIGKILL to the code server, whose pid changes when Dagster starts another. */
  killCode(): void;
  /** Starts the web server on the same port and storage, with a code server of its own. */
  start(): Promise<void>;
  /** Ends all of it. */
  remove(): Promise<void>;
}

interface Options {
  /** The URL of the database for its storage; without it one on the shared test server. */
  readonly storage?: string;
  /** The file with its jobs; without it service/testing/dagster/jobs.py. */
  readonly code?: string;
  /** For all its processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** With the daemon, which runs sensors. */
  readonly daemon?: boolean;
}

/** Starts one, with what tools/dagster-example pins (fetched once a checkout); it ends with this process at the latest. */
export async function testDagster(options: Options = {}): Promise<TestDagster> {
  const installed = Bun.spawnSync([join(EXAMPLE, "install.sh")], { stderr: "inherit" });
  if (installed.exitCode !== 0) throw new Error("Dagster could not be installed");
  const bin = join(installed.stdout.toString().trim(), "bin");
  const storage = options.storage === undefined ? await testDatabase() : undefined;
  const home = mkdtempSync(join(tmpdir(), "schemawatch-dagster-"));
  layOut(home, options.code ?? JOBS, options.storage ?? storage?.url ?? "");
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const client = new DagsterClient({ url, token: null }, systemClock);
  const { signal } = new AbortController();
  let web: ReturnType<typeof spawn> | undefined;
  const groups: number[] = [];

  const run = (program: string, ...args: string[]) => {
    const log = openSync(join(home, "log"), "a");
    // A group of its own, so that all that it starts can be ended with it.
    const child = spawn(join(bin, program), args, {
      cwd: home,
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...options.env, DAGSTER_HOME: home, PATH: `${bin}:${process.env.PATH}` },
    });
    if (child.pid) {
      groups.push(child.pid);
      endWithUs(child.pid, home);
    }
    return child;
  };
  const workspace = join(home, "workspace.yaml");
  const start = async () => {
    web = run("dagster-webserver", "-w", workspace, "-h", "127.0.0.1", "-p", String(port));
    await until("Dagster to answer", START_MS, async () => {
      if (web?.exitCode !== null) throw new Error(readFileSync(join(home, "log"), "utf8").slice(-2000));
      const response = await fetch(`${url}/server_info`).catch(() => null);
      return response?.ok;
    });
  };
  await start();
  if (options.daemon) run("dagster-daemon", "run", "-w", workspace);
  return {
    url,
    bin,
    groups: () => groups,
    start,
    target: (job, change = {}) => ({
      url,
      token: null,
      location: "jobs",
      repository: "__repository__",
      job,
      silenceMs: 60_000,
      timeoutMs: 120_000,
      retries: 0,
      ...change,
    }),
    ask: (document, variables) => client.ask(document, variables, signal),
    async killWeb() {
      const gone = new Promise((resolve) => web?.once("exit", resolve));
      web?.kill("SIGKILL");
      await gone;
    },
    killCode() {
      for (const pid of childrenOf(web?.pid ?? 0, "grpc")) process.kill(pid, "SIGKILL");
    },
    async remove() {
      for (const group of groups) endGroup(group);
      await storage?.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function layOut(home: string, code: string, storage: string): void {
  mkdirSync(join(home, "code"));
  cpSync(code, join(home, "code", "jobs.py"));
  cpSync(join(EXAMPLE, "example.py"), join(home, "code", "example.py"));
  // JSON is YAML. Runs start at once, without the daemon and its queue.
  const settings = {
    telemetry: { enabled: false },
    storage: { postgres: { postgres_url: storage.replace(/^postgres:/, "postgresql+psycopg2:") } },
    run_coordinator: { module: "dagster._core.run_coordinator", class: "DefaultRunCoordinator" },
  };
  writeFileSync(join(home, "dagster.yaml"), JSON.stringify(settings));
  const location = { relative_path: "code/jobs.py", location_name: "jobs", working_directory: "code" };
  writeFileSync(join(home, "workspace.yaml"), JSON.stringify({ load_from: [{ python_file: location }] }));
}

/** The processes below `pid` whose command line holds `word`. */
export function childrenOf(pid: number, word: string): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid=,args="]);
  const all = stdout
    .toString()
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  return all
    .filter(([, , parent, args]) => Number(parent) === pid && args?.includes(word))
    .map(([, child]) => Number(child));
}

function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It is gone.
  }
}

/** However this process ends, what Dagster started ends and its folder goes; see server.ts. */
function endWithUs(group: number, home: string): void {
  const wait = `
    while kill -0 "$3" 2>/dev/null; do sleep 0.3; done
    kill -KILL -- "-$1" 2>/dev/null
    for i in 1 2 3 4 5; do rm -rf "$2" && exit; sleep 0.2; done`;
  spawn("sh", ["-c", `(${wait}) &`, "sh", String(group), home, String(process.pid)], {
    stdio: "ignore",
    detached: true,
    cwd: "/",
  }).unref();
}
