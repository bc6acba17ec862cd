import { AppError } from "../service/errors.ts";
import { EXIT } from "./lib/cli.ts";
import { fileAt, git, refuseDirtyTree } from "./lib/git.ts";
import {
  applicationName,
  digestIn,
  type Environment,
  imageFile,
  isDigest,
  readDigest,
  readEnvironment,
  refuseMarker,
  shortDigest,
} from "./lib/overlay.ts";
import { nextSteps, release, WAY_HELP, WAY_OPTIONS } from "./lib/release.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";
import { MARKER } from "./validate/images.ts";

const OPTIONS = {
  ...WAY_OPTIONS,
  to: { type: "string" },
  reason: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The commit trailer that names a digest that was taken back; a later rollback does not return to it. */
const TAKEN_BACK = "Rolled-Back-From";

/** Gives an environment its previous image again. */
export const rollback: Script = {
  name: "rollback",
  help: `Usage: bun scripts/rollback.ts ENVIRONMENT [--to DIGEST] [--reason TEXT] [--push | --pr]

Gives ENVIRONMENT the image that it had before, as a commit that changes one line. As git says it, auto-sync keeps it: a
rollback in Argo CD's own page would be undone. An image that was itself taken back is passed over. No cluster is asked.

  --to DIGEST      this image (sha256:…) instead; one that the environment never had needs a --reason
  --reason TEXT    why; recorded in the commit
${WAY_HELP}

A release that migrated the store to a newer schema cannot be taken back by the image alone: the older program refuses a
newer store and says so. The pods of the version before then stay, as the new ones never get ready.

Exit status: 0 rolled back, or nothing to do; 1 refused; 2 wrong usage.

Example:
  bun scripts/rollback.ts dev --reason "pages answer 500" --push`,
  run: async (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, {
      least: 1,
      most: 1,
      names: "an environment",
    });
    const environment = readEnvironment(positionals[0] ?? "");
    await refuseDirtyTree(io.root);
    const before = readDigest(io.root, environment);
    const past = await history(io.root, environment);
    const digest = values.to ?? previous(past, environment, before);
    if (!isDigest(digest)) {
      throw new AppError("invalid", `--to ${digest} is no digest.`, {
        mend: "Use sha256: and 64 hex digits.",
      });
    }
    refuseMarker(digest, "--to");
    if (digest === before) {
      io.print(
        values.json
          ? JSON.stringify({ environment, before, digest })
          : `${environment} has ${digest} already.`,
      );
      return EXIT.ok;
    }
    if (!past.some((entry) => entry.digest === digest) && !values.reason) {
      throw new AppError("conflict", `${environment} never had ${digest}.`, {
        mend: "Look at the digest again, or give a --reason.",
      });
    }
    const subject = `Roll ${environment} back to ${shortDigest(digest)}`;
    const body = [
      `${environment} leaves ${before}.`,
      ...(values.reason ? [`Reason: ${values.reason}`] : []),
      `${TAKEN_BACK}: ${before}\nDigest: ${digest}`,
    ].join("\n\n");
    const way = { push: values.push === true, pullRequest: values.pr === true, remote: values.remote };
    if (values["dry-run"]) {
      io.print(`${imageFile(environment)}: ${before} → ${digest}\n\n${subject}\n\n${body}`);
      return EXIT.ok;
    }
    const released = await release(io, { environment, digest, subject, body, prefix: "rollback" }, way);
    if (values.json)
      io.print(JSON.stringify({ environment, before, digest, reason: values.reason, ...released }));
    else {
      io.print(`${subject}: ${released.branch ?? "committed"} ${released.commit.slice(0, 12)}`);
      for (const step of nextSteps(environment, released.commit, way)) io.print(step);
      // Argo CD starts no sync while one runs, and one that waits for a bad release to get healthy runs on.
      io.print(`If it still syncs what you left: argocd app terminate-op ${applicationName(environment)}`);
    }
    return EXIT.ok;
  },
};

/** How many changes of an image are looked at; older ones are named by --to. */
const LOOK_BACK = 100;

interface Entry {
  readonly digest: string;
  /** What the commit that set this digest took back. */
  readonly tookBack: readonly string[];
}

/** The digests that an environment had, newest first. */
async function history(root: string, environment: Environment): Promise<Entry[]> {
  const path = imageFile(environment);
  const format = `--format=%H %(trailers:key=${TAKEN_BACK},valueonly,separator=%x20)`;
  const listed = await git(root, ["log", `--max-count=${LOOK_BACK}`, format, "--", path]);
  const lines = listed.split("\n").filter((line) => line !== "");
  const entries = await Promise.all(
    lines.map(async (line) => {
      const [commit = "", ...tookBack] = line.split(" ");
      const text = await fileAt(root, commit, path);
      return text === undefined ? [] : [{ digest: digestIn(text, `${commit}:${path}`), tookBack }];
    }),
  );
  return entries.flat();
}

/** The newest digest that is not the present one, no marker, and was not taken back after it was last set. */
function previous(past: readonly Entry[], environment: Environment, present: string): string {
  const bad = new Set([present, MARKER]);
  for (const { digest, tookBack } of past) {
    if (!bad.has(digest)) return digest;
    for (const one of tookBack) bad.add(one);
  }
  throw new AppError("conflict", `git knows no earlier image of ${environment}.`, {
    mend: "In a shallow clone run git fetch --unshallow; else name one: --to sha256:….",
  });
}

if (import.meta.main) process.exitCode = await runScript(rollback, Bun.argv.slice(2), processIo());
