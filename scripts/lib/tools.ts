import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { run } from "./exec.ts";

/** The top of this repository. */
export const ROOT = join(import.meta.dir, "../..");

/** A tool that a tools/<folder>/go.mod pins by a `tool` line. */
export interface Pin {
  readonly name: string;
  /** The import path of its package. */
  readonly path: string;
  /** The folder of its go.mod. */
  readonly folder: string;
  /** Without the leading v; "" for a tool whose source is in that folder. */
  readonly version: string;
}

/** How a tool that does not know `--version` is asked for it. */
const VERSION_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  kustomize: ["version"],
  kubeconform: ["-v"],
  sops: ["--version", "--disable-version-check"],
};

/** A cold build of the largest tool took 4 minutes on 2 busy cores. */
const BUILD_MS = 20 * 60_000;

const resolved = new Map<string, Promise<string>>();

/**
 * The path of a pinned Go tool, e.g. `tool("kustomize")`. Go builds it on the first call of a machine and keeps it in its
 * build cache, checked against go.sum. Without Go a tool of the same version on PATH serves. Throws AppError
 * "unavailable" that says what to install, and "not_found" for a name that no tools/<folder>/go.mod pins.
 */
export function tool(name: string): Promise<string> {
  let path = resolved.get(name);
  if (path === undefined) {
    path = find(findPin(name), process.env.PATH ?? "");
    resolved.set(name, path);
  }
  return path;
}

/** As `tool`, on another PATH and without memory of earlier calls. */
export async function find(pin: Pin, searchPath: string): Promise<string> {
  const go = Bun.which("go", { PATH: searchPath });
  if (go !== null) return buildWithGo(go, pin, searchPath);

  const installed = Bun.which(pin.name, { PATH: searchPath });
  const mend =
    `Install Go 1.26 or newer (it builds the pinned tools by itself)` +
    (pin.version === "" ? "." : `, or put ${pin.name} ${pin.version} on PATH.`);
  if (installed === null || pin.version === "") {
    throw new AppError("unavailable", `Neither Go nor ${pin.name} ${pin.version} can be found.`, { mend });
  }
  const said = await run([installed, ...(VERSION_ARGUMENTS[pin.name] ?? ["--version"])]);
  const found = /\d+\.\d+\.\d+/.exec(said.stdout + said.stderr)?.[0];
  if (found === pin.version) return installed;
  throw new AppError(
    "unavailable",
    `${installed} has version ${found ?? "unknown"}, but ${pin.version} is pinned, and Go cannot be found.`,
    { mend },
  );
}

/** The pin of a tool; AppError "not_found" when no go.mod below tools/ has it. */
export function findPin(name: string): Pin {
  const pin = listPins().find((candidate) => candidate.name === name);
  if (pin !== undefined) return pin;
  throw new AppError("not_found", `No go.mod below tools/ pins a tool named ${name}.`, {
    mend: `Add one: tools/${name}/go.mod with a tool line (go get -tool PACKAGE@VERSION).`,
  });
}

/** Every tool that a go.mod pins in a folder of `parent`: tools/, which holds what this repository's own scripts need. */
export function listPins(parent = join(ROOT, "tools")): Pin[] {
  return readdirSync(parent).flatMap((entry) => {
    const folder = join(parent, entry);
    const goMod = Bun.file(join(folder, "go.mod"));
    return goMod.size === 0 ? [] : parsePins(folder, readFileSync(join(folder, "go.mod"), "utf8"));
  });
}

/** The tools of one go.mod, by Go's own grammar of `tool` and `require`: https://go.dev/ref/mod#go-mod-file. */
function parsePins(folder: string, goMod: string): Pin[] {
  const lines = goMod.split("\n").map((line) => line.replace(/\/\/.*/, "").trim());
  const packages = lines.flatMap((line, index) => {
    const single = /^tool (\S+)$/.exec(line)?.[1];
    if (single !== undefined && single !== "(") return [single];
    return blockOf(lines, index) === "tool" && /^[^\s()]+$/.test(line) ? [line] : [];
  });
  const versions = lines.flatMap((line) => {
    const match = /^(?:require )?(\S+) v(\S+)$/.exec(line);
    return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]] as const];
  });
  return packages.map((path) => {
    const module = versions
      .filter(([name]) => path === name || path.startsWith(`${name}/`))
      .sort(([a], [b]) => b.length - a.length)[0];
    return { name: basename(path.replace(/\/v\d+$/, "")), path, folder, version: module?.[1] ?? "" };
  });
}

/** The word before the bracket that encloses a line; "" outside of brackets. */
function blockOf(lines: readonly string[], index: number): string {
  for (let above = index - 1; above >= 0; above--) {
    const line = lines[above] ?? "";
    if (line === ")") return "";
    if (line.endsWith("(")) return line.slice(0, -1).trim();
  }
  return "";
}

/** `go tool -n` builds the tool into Go's cache and prints where; running that path saves Go's 0.3 s a call. */
async function buildWithGo(go: string, pin: Pin, searchPath: string): Promise<string> {
  const { status, stdout, stderr } = await run([go, "-C", pin.folder, "tool", "-n", pin.name], {
    env: { PATH: searchPath, GOWORK: "off", CGO_ENABLED: "0" },
    timeoutMs: BUILD_MS,
  });
  const path = stdout.trim();
  if (status === 0 && path !== "") return path;
  throw new AppError("unavailable", `Go could not build ${pin.name}: ${stderr.trim()}`, {
    mend: `Run: go -C tools/${basename(pin.folder)} tool ${pin.name}. It needs a Go module proxy, or a filled module cache.`,
  });
}
