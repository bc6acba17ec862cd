import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface ServiceOptions {
  /** Beyond the defaults: a free port on loopback, a data folder of its own, JSON logs. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is started; the program from source when left out, else e.g. [binary]. */
  readonly command?: readonly string[];
  /** A data folder to keep; without it a temporary one is removed by `stop`. */
  readonly dataDir?: string;
  /** A port to take again after a restart; without it a free one. */
  readonly port?: number;
  readonly timeoutMs?: number;
}

export interface TestService {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** What it wrote so far: its log lines. */
  log(): string;
  /** SIGTERM, waits for the end; resolves to the exit status. */
  stop(): Promise<number>;
  /** SIGKILL to this one process. The embedded server, if any, is left behind, as after a real kill. */
  kill(): Promise<void>;
}

/** Starts the real service as a child process and resolves when /readyz says ready; rejects with its log when it ends or is late. */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  const own = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "schemawatch-test-")));
  const port = options.port ?? freePort();
  const child = Bun.spawn([...(options.command ?? [process.execPath, MAIN])], {
    cwd: tmpdir(),
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
  let log = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) log += decoder.decode(chunk, { stream: true });
  };
  void collect(child.stdout);
  void collect(child.stderr);
  const url = `http://127.0.0.1:${port}`;

  const service: TestService = {
    url,
    pid: child.pid,
    dataDir,
    log: () => log,
    async stop() {
      child.kill("SIGTERM");
      const status = await child.exited;
      if (own) await rm(dataDir, { recursive: true, force: true });
      return status;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the service ended with status ${child.exitCode}:\n${log}`);
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.ok) return service;
    await Bun.sleep(10);
  }
  await service.kill();
  throw new Error(`the service was not ready in time:\n${log}`);
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
