import { AppError } from "../../service/errors.ts";
import { output, run } from "../lib/exec.ts";
import { openBundle } from "./bundle.ts";
import type { Engine } from "./engine.ts";

/** How containers of one image are started, held as a pod at the restricted level is: read-only root, no capabilities. */
export interface Runner {
  /** Runs a command to its end; returns its exit status and what it said. */
  command(env: Env, args: readonly string[]): Promise<{ status: number; said: string }>;
  start(name: string, env: Env): Promise<Container>;
  close(): Promise<void>;
}

export interface Container {
  /** Whether it has not ended by itself. */
  running(): Promise<boolean>;
  /** Asks the health command of the image inside the container; null when it is well, else what it said. */
  unhealthy(): Promise<string | null>;
  /** Sends SIGTERM; resolves to the exit status, or that of SIGKILL (137) after `seconds`. */
  stop(seconds: number): Promise<number>;
  log(): Promise<string>;
}

export type Env = Readonly<Record<string, string>>;

/** What to ask in the container, as the image's HEALTHCHECK does. */
export const HEALTH = ["/usr/local/bin/schemawatch", "healthcheck"] as const;

/** The runner for an engine. buildah has none of its own for services, so runc starts what it built. */
export function runnerFor(engine: Engine, tag: string): Promise<Runner> {
  return engine === "buildah" ? openBundle(tag) : Promise.resolve(engineRunner(engine, tag));
}

const HELD = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];

/** docker and podman take the same words. The host's network, as the store listens on loopback. */
function engineRunner(engine: Engine, tag: string): Runner {
  const held = [...HELD, "--network", "host"];
  const started: string[] = [];
  const withEnv = (env: Env) => Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  return {
    command: async (env, args) => {
      const { status, stdout, stderr } = await run([
        engine,
        "run",
        "--rm",
        ...held,
        ...withEnv(env),
        tag,
        ...args,
      ]);
      return { status, said: stdout + stderr };
    },
    start: async (name, env) => {
      await output([engine, "run", "--detach", "--name", name, ...held, ...withEnv(env), tag]);
      started.push(name);
      return {
        running: async () =>
          (await output([engine, "inspect", "--format", "{{.State.Running}}", name])).trim() === "true",
        unhealthy: async () => {
          const { status, stdout, stderr } = await run([engine, "exec", name, ...HEALTH]);
          return status === 0 ? null : stdout + stderr;
        },
        stop: async (seconds) => {
          await output([engine, "stop", "--time", String(seconds), name]);
          const status = await output([engine, "inspect", "--format", "{{.State.ExitCode}}", name]);
          return Number(status.trim());
        },
        log: async () => {
          const { stdout, stderr } = await run([engine, "logs", name]);
          return stdout + stderr;
        },
      };
    },
    close: async () => {
      if (started.length > 0) await output([engine, "rm", "--force", ...started]);
    },
  };
}

/** The configuration that the image itself holds, as `docker image inspect` shows it. */
export async function imageConfig(engine: Engine, tag: string): Promise<ImageConfig> {
  const command =
    engine === "buildah"
      ? ["buildah", "inspect", "--type", "image", tag]
      : [engine, "image", "inspect", "--format", "{{json .Config}}", tag];
  const printed = await output(command);
  try {
    const parsed: unknown = JSON.parse(printed);
    return engine === "buildah"
      ? (parsed as { Docker: { config: ImageConfig } }).Docker.config
      : (parsed as ImageConfig);
  } catch (cause) {
    throw new AppError("internal", `${engine} inspect said: ${printed}`, { cause });
  }
}

/** The parts of an image's configuration that say how it starts. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly StopSignal?: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
  readonly Labels?: Readonly<Record<string, string>>;
}
