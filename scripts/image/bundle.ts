import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, run } from "../lib/exec.ts";
import { type Container, type Env, HEALTH, type ImageConfig, imageConfig, type Runner } from "./container.ts";

/** Mounts the image that buildah holds and starts it by runc, without an engine. Needs root. */
export async function openBundle(tag: string): Promise<Runner> {
  const image = await imageConfig("buildah", tag);
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-runc-"));
  const holder = (await output(["buildah", "from", "--pull-never", tag])).trim();
  const rootfs = (await output(["buildah", "mount", holder])).trim();
  const runc = ["runc", "--root", join(scratch, "state")];
  const running: Bun.Subprocess[] = [];
  const bundle = (name: string, env: Env, args: readonly string[]): string => {
    const folder = join(scratch, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "config.json"), JSON.stringify(runtimeConfig(image, rootfs, env, args)));
    return folder;
  };
  return {
    command: async (env, args) => {
      const { status, stdout, stderr } = await run([
        ...runc,
        "run",
        "--bundle",
        bundle("once", env, args),
        "once",
      ]);
      return { status, said: stdout + stderr };
    },
    start: async (name, env) => {
      const log = Bun.file(join(scratch, `${name}.log`));
      const child = Bun.spawn([...runc, "run", "--bundle", bundle(name, env, []), name], {
        stdin: "ignore",
        stdout: log,
        stderr: log,
      });
      running.push(child);
      return started(runc, name, child, log);
    },
    close: async () => {
      // runc forwards no SIGKILL: `delete --force` ends what is in the container, and so runc itself.
      for (const child of running.filter(({ exitCode }) => exitCode === null)) {
        for (const name of await names(runc)) await run([...runc, "delete", "--force", name]);
        await child.exited;
      }
      await output(["buildah", "rm", holder]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function started(runc: readonly string[], name: string, child: Bun.Subprocess, log: Bun.BunFile): Container {
  return {
    running: async () => child.exitCode === null,
    unhealthy: async () => {
      const { status, stdout, stderr } = await run([...runc, "exec", name, ...HEALTH]);
      return status === 0 ? null : stdout + stderr;
    },
    stop: async (seconds) => {
      await output([...runc, "kill", name, "TERM"]);
      const late = Bun.sleep(seconds * 1000).then(() => run([...runc, "kill", name, "KILL"]));
      await Promise.race([child.exited, late]);
      return child.exited;
    },
    log: () => log.text(),
  };
}

async function names(runc: readonly string[]): Promise<string[]> {
  return (await output([...runc, "list", "--quiet"])).split("\n").filter((name) => name !== "");
}

/**
 * An OCI runtime configuration that starts an image's files as a pod at the restricted level does: the image's own user by
 * number, nothing writable but /tmp, no capabilities, no new privileges; on this machine's network, so that it reaches a
 * store on loopback. https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
export function runtimeConfig(
  image: ImageConfig,
  rootfs: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): object {
  const [uid = "", gid = uid] = image.User.split(":");
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: Number(uid), gid: Number(gid) },
      args: [...image.Entrypoint, ...args],
      env: [...image.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      cwd: "/",
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      noNewPrivileges: true,
    },
    root: { path: rootfs, readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"] },
      { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777"] },
    ],
    linux: { namespaces: [{ type: "pid" }, { type: "mount" }, { type: "ipc" }, { type: "uts" }] },
  };
}
