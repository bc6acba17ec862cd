import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Application } from "./application.ts";
import { git } from "./git.ts";
import { type Environment, imageFile } from "./overlay.ts";
import { runScript, type Script, type ScriptIo } from "./script.ts";
import { ROOT } from "./tools.ts";

/** A temporary checkout with a bare repository as its remote. */
export interface TestCheckout {
  readonly root: string;
  readonly remote: string;
  /** Writes a file without committing it. */
  write(path: string, text: string): void;
  read(path: string): string;
  /** Writes the files and commits everything; returns the commit's id. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  [Symbol.dispose](): void;
}

/** A checkout of the given folders and files of this repository as they are on disk, committed and pushed. */
export async function testCheckout(paths: readonly string[]): Promise<TestCheckout> {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-checkout-"));
  const root = join(folder, "checkout");
  const remote = join(folder, "remote.git");
  mkdirSync(root);
  await git(folder, ["init", "--quiet", "--bare", "--initial-branch=main", remote]);
  await git(root, ["init", "--quiet", "--initial-branch=main"]);
  await git(root, ["config", "user.name", "Test"]);
  await git(root, ["config", "user.email", "test@example.com"]);
  await git(root, ["config", "commit.gpgSign", "false"]);
  await git(root, ["remote", "add", "origin", remote]);
  for (const path of paths) cpSync(join(ROOT, path), join(root, path), { recursive: true });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const checkout: TestCheckout = {
    root,
    remote,
    write,
    read: (path) => readFileSync(join(root, path), "utf8"),
    commit: async (files, message = "Change") => {
      for (const [path, text] of Object.entries(files)) write(path, text);
      await git(root, ["add", "--all"]);
      await git(root, ["commit", "--quiet", "--allow-empty", `--message=${message}`]);
      return git(root, ["rev-parse", "HEAD"]);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
  await checkout.commit({}, "Start");
  await git(root, ["push", "--quiet", "--set-upstream", "origin", "main"]);
  return checkout;
}

/** A made-up digest: `fill` 64 times. */
export function testDigest(fill: string): string {
  return `sha256:${fill.repeat(64)}`;
}

/** An image file as overlays have it. */
export function imageText(digest: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
images:
  - name: ghcr.io/schemawatch/schemawatch
    # A comment that stays.
    digest: ${digest}
`;
}

/** Commits images of environments; returns the commit's id. */
export function commitImages(
  checkout: TestCheckout,
  digests: Partial<Record<Environment, string>>,
  message?: string,
): Promise<string> {
  const files = Object.entries(digests).map(([environment, digest]) => [
    imageFile(environment as Environment),
    imageText(digest),
  ]);
  return checkout.commit(Object.fromEntries(files), message);
}

/** An Application that is well with a digest since a time, as Argo CD says it. */
export function healthyApplication(revision: string, digest: string, since: string) {
  return {
    status: {
      sync: { status: "Synced", revision },
      health: { status: "Healthy", lastTransitionTime: since },
      operationState: { phase: "Succeeded", message: "" },
      history: [{ revision, deployedAt: since }],
      summary: {
        images: [`ghcr.io/schemawatch/schemawatch@${digest}`, "docker.io/library/postgres@sha256:1"],
      },
      conditions: [],
    },
  } satisfies Application;
}

export interface ScriptRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a script in this process on a checkout; what is not given is this process's own. */
export async function runTestScript(
  script: Script,
  args: readonly string[],
  world: Partial<Omit<ScriptIo, "print" | "warn">> & { readonly root: string },
): Promise<ScriptRun> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runScript(script, args, {
    env: process.env,
    now: () => new Date(),
    sleep: () => Promise.resolve(),
    readInput: () => Promise.resolve(""),
    ...world,
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}
