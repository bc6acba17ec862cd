import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { output } from "../lib/exec.ts";

export interface Bases {
  readonly build: string;
  readonly run: string;
}

/** As the distroless base has it: the C library, time zones. Bun brings its certificates. */
const RUN_PACKAGES = ["libc6", "ca-certificates", "tzdata"];
/** A shell and grep for the Dockerfile's own commands. */
const BUILD_PACKAGES = ["libc6", "libgcc-s1", "libstdc++6", "dash", "coreutils", "grep"];
const SUITE = "bookworm";
/** Package servers can be slow. */
const TIMEOUT_MS = 10 * 60_000;

/** Where this machine keeps the certificates it trusts, a proxy's among them; the build installs from npm. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Makes the Dockerfile's two base images from Debian's packages and the Bun that runs this, for machines that reach no
 * image registry. Returns their names. Needs root, Debian's mmdebstrap and buildah; AppError "unavailable" says so.
 */
export async function makeLocalBases(): Promise<Bases> {
  for (const program of ["mmdebstrap", "buildah"]) {
    if (Bun.which(program) !== null) continue;
    throw new AppError("unavailable", `${program} cannot be found.`, {
      mend: "On Debian, as root: apt-get install mmdebstrap buildah runc.",
    });
  }
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-bases-"));
  try {
    const run = await commit("schemawatch-run-base", await debian(scratch, "run", RUN_PACKAGES), []);
    const build = await commit("schemawatch-build-base", await debian(scratch, "build", BUILD_PACKAGES), [
      ["copy", realpathSync(process.execPath), "/usr/local/bin/bun"],
      ...(existsSync(CERTIFICATES) ? [["copy", CERTIFICATES, CERTIFICATES]] : []),
      ["config", `--env=NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, "--env=PATH=/usr/local/bin:/usr/bin:/bin"],
    ]);
    return { build, run };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A root of these packages, unpacked and not configured, as an archive. */
async function debian(scratch: string, name: string, packages: readonly string[]): Promise<string> {
  const archive = join(scratch, `${name}.tar`);
  const include = `--include=${packages.join(",")}`;
  await output(["mmdebstrap", "--quiet", "--variant=extract", include, SUITE, archive], {
    // Files get this time, whenever they are unpacked.
    env: { SOURCE_DATE_EPOCH: "0" },
    timeoutMs: TIMEOUT_MS,
  });
  return archive;
}

/** Each step is a buildah command, its options and arguments around the container. */
async function commit(name: string, archive: string, steps: readonly (readonly string[])[]): Promise<string> {
  const container = (await output(["buildah", "from", "scratch"])).trim();
  try {
    await output(["buildah", "add", "--quiet", container, archive, "/"]);
    for (const [command = "", ...rest] of steps) {
      await output(
        command === "config"
          ? ["buildah", command, ...rest, container]
          : ["buildah", command, container, ...rest],
      );
    }
    const image = `localhost/${name}:latest`;
    await output(["buildah", "commit", "--quiet", "--timestamp", "0", container, image], {
      timeoutMs: TIMEOUT_MS,
    });
    return image;
  } finally {
    await output(["buildah", "rm", container]);
  }
}
