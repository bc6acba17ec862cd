import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Binaries, postgresBinaries } from "../embedded/binaries.ts";
import { AppError } from "../errors.ts";

/** PostgreSQL's major versions that a watched database may run: those that are supported upstream, and the embedded one. */
export type Major = 14 | 15 | 16 | 17 | 18;

/** The one that Schemawatch embeds. */
const EMBEDDED: Major = 18;

const FOLDER = join(import.meta.dir, "../../tools/postgres");

/** The packages that tools/postgres pins are built for this platform only. */
const hasOlder = process.platform === "linux" && process.arch === "x64";

/** The majors whose servers can be started here, oldest first: all on Linux x64, elsewhere the embedded one alone. */
export const MAJORS: readonly Major[] = hasOlder ? [14, 15, 16, 17, 18] : [EMBEDDED];

/** The majors less the embedded one, which the other tests use anyhow. */
export const OLDER_MAJORS: readonly Major[] = MAJORS.filter((major) => major !== EMBEDDED);

/**
 * The major of servers that a test does not name one for: `SCHEMAWATCH_TEST_MAJOR=14 bun test service/catalog` runs the
 * tests of the catalog on 14.
 */
export function usualMajor(): Major {
  const named = process.env.SCHEMAWATCH_TEST_MAJOR;
  if (named === undefined || named === "") return EMBEDDED;
  const major = MAJORS.find((one) => String(one) === named);
  if (major !== undefined) return major;
  throw new AppError(
    "invalid",
    `SCHEMAWATCH_TEST_MAJOR is ${named}, and no such server can be started here.`,
    {
      mend: `Use one of ${MAJORS.join(", ")}.`,
    },
  );
}

let installed: Promise<void> | undefined;

/** The programs of a major's server; older ones are installed by the first call on a machine (240 MB, from npm, by tools/postgres/bun.lock). */
export async function binariesOf(major: Major): Promise<Binaries> {
  if (major === EMBEDDED) return postgresBinaries();
  installed ??= install();
  await installed;
  return join(FOLDER, "node_modules", `postgres-${major}`, "native");
}

/** One process installs, those beside it wait. The marker names what is installed. */
async function install(): Promise<void> {
  const lock = readFileSync(join(FOLDER, "bun.lock"), "utf8");
  const marker = join(FOLDER, "node_modules", ".installed");
  const isThere = () => existsSync(marker) && readFileSync(marker, "utf8") === lock;
  if (isThere()) return;
  const command = `"$1" install --frozen-lockfile --cwd "$2" && cp "$2/bun.lock" "$2/node_modules/.installed"`;
  const child = Bun.spawn(
    ["flock", join(FOLDER, "package.json"), "sh", "-c", command, "sh", process.execPath, FOLDER],
    { stdout: "ignore", stderr: "pipe" },
  );
  const said = await new Response(child.stderr).text();
  if ((await child.exited) === 0 && isThere()) return;
  throw new AppError("unavailable", `PostgreSQL of older majors could not be installed: ${said.trim()}`, {
    mend: `Run bun install --frozen-lockfile --cwd tools/postgres; it needs the npm registry.`,
  });
}
