import { AppError } from "../../service/errors.ts";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the command reads on standard input; nothing when left out. */
  readonly input?: string;
  /** When to end the command, in milliseconds (default: two minutes). */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end and returns its exit status and what it said. Throws AppError "unavailable" when it is not to
 * be found and "timeout" when it takes too long; any exit status is the caller's to judge.
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program = ""] = command;
  if (Bun.which(program, { PATH: options.env?.PATH ?? process.env.PATH ?? "" }) === null) {
    throw new AppError("unavailable", `The command ${program} cannot be found.`, {
      mend: `Install ${program}, or put it on PATH.`,
    });
  }
  const timeoutMs = options.timeoutMs ?? 120_000;
  const child = Bun.spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdin: options.input === undefined ? "ignore" : new Blob([options.input]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (child.signalCode === "SIGKILL") {
    throw new AppError("timeout", `${command.join(" ")} was ended after ${timeoutMs / 1000} s.`, {
      mend: "Run it by hand to see where it hangs.",
    });
  }
  return { status, stdout, stderr };
}

/**
 * As `run`, but only for commands that must succeed: returns standard output. Throws AppError "invalid" that holds what
 * the command said on standard error when its status is not 0.
 */
export async function output(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await run(command, options);
  if (status === 0) return stdout;
  const said = stderr.trim() || stdout.trim() || "nothing";
  throw new AppError("invalid", `${command.join(" ")} ended with ${status} and said: ${said}`);
}
