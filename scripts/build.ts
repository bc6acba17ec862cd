import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { postgresBinaries } from "../service/embedded/binaries.ts";
import { pack } from "./pack.ts";

/*
 * Makes dist/schemawatch (lean, for the image) and dist/schemawatch-laptop (with PostgreSQL inside), and sees that both
 * start. `bun scripts/build.ts lean` makes the first only.
 */

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");
/** What keeps a binary from its surroundings (a stray .env or bunfig.toml), readable in its logs, and quick to start. */
const flags = [
  "--compile",
  "--minify",
  "--keep-names",
  "--bytecode",
  "--format=esm",
  // What is loaded later (a role, a command, the client of Kubernetes) costs no memory before.
  "--splitting",
  "--sourcemap",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

const only = process.argv[2];
if (only !== undefined && only !== "lean") {
  console.error(`build: unknown argument "${only}"; use "lean" or nothing`);
  process.exit(2);
}
mkdirSync(dist, { recursive: true });
const lean = await build("schemawatch", { SCHEMAWATCH_BUNDLE: "lean" });
if (only !== "lean") {
  const archive = pack(await postgresBinaries());
  await Bun.write(join(dist, "postgres.zst"), archive);
  const hash = new Bun.CryptoHasher("sha256").update(archive).digest("hex").slice(0, 16);
  const laptop = await build("schemawatch-laptop", {
    SCHEMAWATCH_BUNDLE: "laptop",
    SCHEMAWATCH_ARCHIVE: hash,
  });
  rmSync(join(dist, "postgres.zst"));
  console.log(`PostgreSQL adds ${megabytes(laptop - lean)}`);
}

/** Compiles one binary and sees that it starts; returns its size in bytes. */
async function build(name: string, constants: Readonly<Record<string, string>>): Promise<number> {
  const outfile = join(dist, name);
  const defines = Object.entries({ NODE_ENV: "production", ...constants }).map(
    ([key, value]) => `--define=process.env.${key}=${JSON.stringify(value)}`,
  );
  run([process.execPath, "build", ...flags, ...defines, "--outfile", outfile, "service/main.ts"]);
  // The binary has its maps inside; Bun leaves them beside it as well, one for each part.
  for (const file of readdirSync(dist)) if (file.endsWith(".map")) rmSync(join(dist, file));
  run([outfile, "--help"]);
  const { size } = statSync(outfile);
  console.log(`dist/${name}: ${megabytes(size)}`);
  return size;
}

function run(command: string[]): void {
  const { success, stdout, stderr } = Bun.spawnSync(command, { cwd: root });
  if (success) return;
  console.error(`${stdout}${stderr}build: this failed: ${command.join(" ")}`);
  process.exit(1);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
