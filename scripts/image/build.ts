import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { output, run } from "../lib/exec.ts";
import { ROOT } from "../lib/tools.ts";
import type { Engine } from "./engine.ts";

export interface BuildOptions {
  readonly engine: Engine;
  readonly tag: string;
  /** Seconds since 1970 that every file of the image bears: https://reproducible-builds.org/specs/source-date-epoch. */
  readonly epoch: number;
  /** Build arguments of the Dockerfile. */
  readonly args: Readonly<Record<string, string>>;
  /** Whether layers of earlier builds may be used. */
  readonly cache: boolean;
}

/** What nodes load when a pod starts there for the first time must stay small: issue 4. */
export const BYTES_AT_MOST = 150e6;

/** An installation of everything, on a slow line and two cores. */
const BUILD_MS = 30 * 60_000;

/** Builds the image; returns its id, the digest of its configuration, which names every byte of it. */
export async function buildImage(options: BuildOptions): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-image-"));
  try {
    const idFile = join(scratch, "id");
    const command = [...buildCommand(options), "--iidfile", idFile, ROOT];
    const { status, stdout, stderr } = await run(command, {
      env: { SOURCE_DATE_EPOCH: String(options.epoch) },
      timeoutMs: BUILD_MS,
    });
    if (status !== 0) {
      throw new AppError("unavailable", `${options.engine} could not build: ${lastLines(stderr || stdout)}`, {
        mend: `Run it by hand: ${command.join(" ")}`,
      });
    }
    return readFileSync(idFile, "utf8").trim();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The command without its id file and context. Exported for the test. */
export function buildCommand({ engine, tag, epoch, args, cache }: BuildOptions): string[] {
  const common = [
    ...["--file", join(ROOT, "Dockerfile"), "--tag", tag],
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  ];
  if (engine === "docker") {
    // Provenance would hold the time of the build. BuildKit takes SOURCE_DATE_EPOCH as a build argument.
    return [
      ...["docker", "buildx", "build", ...common, "--build-arg", `SOURCE_DATE_EPOCH=${epoch}`],
      ...["--provenance=false", "--output", "type=docker,rewrite-timestamp=true"],
      ...(cache ? [] : ["--no-cache"]),
    ];
  }
  // Docker's own format would hold the build container's random name. The OCI format leaves HEALTHCHECK out, which
  // Kubernetes does not look at.
  return [
    ...[engine, "build", ...common, "--timestamp", String(epoch), "--format", "oci"],
    `--layers=${cache}`,
    ...(cache ? [] : ["--no-cache"]),
  ];
}

/** The image's size in bytes, uncompressed, with its base: that of the archive which holds all its layers. */
export async function imageSize(engine: Engine, tag: string): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-image-"));
  try {
    const file = join(scratch, "image.tar");
    await output(
      engine === "buildah"
        ? ["buildah", "push", "--quiet", tag, `docker-archive:${file}`]
        : [engine, "save", "--output", file, tag],
      { timeoutMs: BUILD_MS },
    );
    return statSync(file).size;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-15).join("\n");
}
