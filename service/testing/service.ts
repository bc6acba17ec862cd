import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../embedded/port.ts";
import { readPostmaster, stopPostmaster } from "../embedded/postmaster.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** The program from source, as a command. */
export const FROM_SOURCE: readonly string[] = [process.execPath, MAIN];

export interface ServiceOptions {
  /** Beyond the defaults: a free port on loopback, a data folder of its own, JSON logs. An empty value counts as not set. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is started; the program from source when left out, else e.g. [binary]. */
  readonly command?: readonly string[];
  /** The working folder; the one for temporary files when left out. */
  readonly folder?: string;
  /** A data folder to keep; without it a temporary one is removed by `stop`. */
  readonly dataDir?: string;
  /** A port to take again after a restart; without it a free one. */
  readonly port?: number;
  readonly timeoutMs?: number;
}

/** The program as a child process, ready or not. */
export interface Program {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Its exit status, 128 and the signal's number when a signal ended it. */
  readonly exited: Promise<number>;
  /** What it wrote so far to standard output: its log lines. */
  out(): string;
  /** The same of standard error. */
  err(): string;
  signal(name: "SIGTERM" | "SIGINT" | "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when /readyz says ready; rejects with what it wrote when it ends or is late. */
  ready(): Promise<void>;
}

export interface TestService extends Program {
  /** What it wrote so far. */
  log(): string;
  /** SIGTERM, waits for the end; resolves to the exit status. */
  stop(): Promise<number>;
  /** SIGKILL to this one process. The embedded server, if any, is left behind, as after a real kill. */
  kill(): Promise<void>;
}

/** Whatever this process launched and has not tidied up. */
const launched = new Set<() => Promise<void>>();

/** Ends every program that was launched and still runs, with the servers they left behind, and removes their data: for afterEach. */
export async function endServices(): Promise<void> {
  await Promise.all([...launched].map((tidy) => tidy()));
}

/** Starts the real program as a child process and waits for nothing. */
export function launch(options: ServiceOptions = {}): Program {
  const own = options.dataDir === undefined;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "schemawatch-test-"));
  const port = options.port ?? freePort();
  const child = Bun.spawn([...(options.command ?? FROM_SOURCE)], {
    cwd: options.folder ?? tmpdir(),
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_FORMAT: "json",
      ...options.env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const url = `http://127.0.0.1:${port}`;
  const exited = child.exited.then(async (status) => {
    await Promise.all([out.done, err.done]);
    return status;
  });
  const tidy = async () => {
    launched.delete(tidy);
    child.kill("SIGKILL");
    await child.exited;
    const left = embeddedServer(dataDir);
    if (left !== 0) await stopPostmaster(left, "immediate", 5000);
    if (own) rmSync(dataDir, { recursive: true, force: true });
  };
  launched.add(tidy);
  return {
    url,
    pid: child.pid,
    dataDir,
    exited,
    out: out.text,
    err: err.text,
    signal: (name) => child.kill(name),
    async ready() {
      const said = () => out.text() + err.text();
      const deadline = Date.now() + (options.timeoutMs ?? 30_000);
      while (Date.now() < deadline) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`the service ended with status ${await exited}:\n${said()}`);
        }
        const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
        if (ready?.ok) return;
        await Bun.sleep(10);
      }
      throw new Error(`the service was not ready in time:\n${said()}`);
    },
  };
}

/** Starts the real service as a child process and resolves when /readyz says ready; rejects with its log when it ends or is late. */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  const program = launch(options);
  const service: TestService = {
    ...program,
    log: () => program.out() + program.err(),
    async stop() {
      program.signal("SIGTERM");
      const status = await program.exited;
      if (options.dataDir === undefined) rmSync(program.dataDir, { recursive: true, force: true });
      return status;
    },
    async kill() {
      program.signal("SIGKILL");
      await program.exited;
    },
  };
  try {
    await program.ready();
    return service;
  } catch (error) {
    await service.kill();
    throw error;
  }
}

/** The pid of the embedded server that runs on a data folder; 0 when none does. */
export function embeddedServer(dataDir: string): number {
  return readPostmaster(join(dataDir, "postgres", "cluster"))?.pid ?? 0;
}

function collect(stream: ReadableStream<Uint8Array>): { text: () => string; done: Promise<void> } {
  let text = "";
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  };
  return { text: () => text, done: read() };
}
