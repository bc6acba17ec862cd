import packageJson from "../package.json" with { type: "json" };
import { AppError } from "../service/errors.ts";
import { BYTES_AT_MOST, buildImage, imageSize } from "./image/build.ts";
import { findEngine } from "./image/engine.ts";
import { makeLocalBases } from "./image/local-bases.ts";
import { EXIT } from "./lib/cli.ts";
import { output } from "./lib/exec.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";

const HELP = `Usage: make image, or bun scripts/image.ts [options]

Builds the image of Schemawatch with docker, podman or buildah, whichever works here, and says its id and size. Every file
in it bears the time of the last commit, so that the same commit gives the same image.

  --tag TAG            its name (default: schemawatch:dev)
  --engine NAME        docker, podman or buildah
  --build-image IMAGE  what it is built in, instead of the Dockerfile's
  --run-image IMAGE    what it runs on, instead of the Dockerfile's
  --local-bases        build in and run on images made here of Debian's packages by mmdebstrap and buildah, as root: for
                       machines that reach no image registry
  --twice              build twice without a cache, and fail unless both are the same
  --json               print { tag, engine, id, bytes, epoch }

Environment: SOURCE_DATE_EPOCH, the time to use instead of the commit's (seconds since 1970).

Exit status: 0 built; 1 two builds differ, or the image is larger than it may be; 2 it could not be built.`;

const OPTIONS = {
  tag: { type: "string", default: "schemawatch:dev" },
  engine: { type: "string" },
  "build-image": { type: "string" },
  "run-image": { type: "string" },
  "local-bases": { type: "boolean" },
  twice: { type: "boolean" },
  json: { type: "boolean" },
} as const;

const SCRIPT: Script = { name: "image", help: HELP, run: main };

if (import.meta.main) process.exitCode = await runScript(SCRIPT, process.argv.slice(2), processIo());

async function main(args: readonly string[], io: ScriptIo): Promise<number> {
  const { values } = readArguments(args, OPTIONS, { least: 0, most: 0, names: "no argument" });
  const bases = values["local-bases"] ? await makeLocalBases() : null;
  const engine = await findEngine(bases === null ? values.engine : "buildah");
  const buildBase = bases?.build ?? values["build-image"];
  const runBase = bases?.run ?? values["run-image"];
  const epoch = await sourceDate(io);
  const options = {
    engine,
    tag: values.tag,
    epoch,
    args: {
      VERSION: packageJson.version,
      REVISION: (await output(["git", "rev-parse", "HEAD"], { cwd: io.root })).trim(),
      CREATED: new Date(epoch * 1000).toISOString(),
      ...(buildBase === undefined ? {} : { BUILD_IMAGE: buildBase }),
      ...(runBase === undefined ? {} : { RUN_IMAGE: runBase }),
    },
    cache: !values.twice,
  };
  const id = await buildImage(options);
  const again = values.twice ? await buildImage(options) : id;
  const bytes = await imageSize(engine, values.tag);
  const megabytes = (bytes / 1e6).toFixed(1);
  if (values.json) io.print(JSON.stringify({ tag: values.tag, engine, id, bytes, epoch }));
  else io.print(`${values.tag}: ${id}, ${megabytes} MB, built with ${engine}`);
  if (again !== id) {
    io.warn(`image: built twice, it is ${id} and ${again}. Look for times, paths and random names in it.`);
    return EXIT.finding;
  }
  if (bytes > BYTES_AT_MOST) {
    io.warn(`image: it has ${megabytes} MB; ${BYTES_AT_MOST / 1e6} MB are allowed. See what grew.`);
    return EXIT.finding;
  }
  return EXIT.ok;
}

/** SOURCE_DATE_EPOCH, else the time of the last commit. */
async function sourceDate(io: ScriptIo): Promise<number> {
  const text =
    io.env.SOURCE_DATE_EPOCH ?? (await output(["git", "log", "-1", "--format=%ct"], { cwd: io.root })).trim();
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new AppError("invalid", `SOURCE_DATE_EPOCH is "${text}".`, { mend: "Use seconds since 1970." });
}
