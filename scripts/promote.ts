import { AppError } from "../service/errors.ts";
import { readApplication } from "./lib/application.ts";
import { EXIT } from "./lib/cli.ts";
import { fileAt, refuseDirtyTree } from "./lib/git.ts";
import { judge } from "./lib/health.ts";
import {
  applicationName,
  digestIn,
  ENVIRONMENTS,
  type Environment,
  imageFile,
  isDigest,
  readDigest,
  readEnvironment,
  refuseMarker,
  shortDigest,
} from "./lib/overlay.ts";
import { nextSteps, release, WAY_HELP, WAY_OPTIONS } from "./lib/release.ts";
import {
  processIo,
  readArguments,
  readDuration,
  runScript,
  type Script,
  type ScriptIo,
  sayDuration,
} from "./lib/script.ts";

const OPTIONS = {
  ...WAY_OPTIONS,
  soak: { type: "string", default: "30m" },
  reason: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Brings the image of one environment to the next, or a new release to the first. */
export const promote: Script = {
  name: "promote",
  help: `Usage: bun scripts/promote.ts FROM TO [--soak 30m] [--reason TEXT] [--push | --pr]

Gives the environment TO the image of FROM, as a commit that changes one line. Environments follow each other:
${ENVIRONMENTS.join(" → ")}. FROM may also be a digest (sha256:…), which starts its way in ${ENVIRONMENTS[0]}.

FROM must be Synced and Healthy in Argo CD, run that very image, and have done so for the soak time. Argo CD's API is asked
where ARGOCD_SERVER and ARGOCD_AUTH_TOKEN are set, else kubectl (namespace ARGOCD_NAMESPACE, default argocd).

  --soak TIME      how long FROM must have been well with it (default: 30m)
  --reason TEXT    allows to skip an environment or the rest of the soak time; it is recorded in the commit. What is not
                   healthy is never promoted.
${WAY_HELP}

Exit status: 0 promoted, or nothing to do; 1 refused; 2 wrong usage, or Argo CD cannot be asked.

Example:
  bun scripts/promote.ts dev staging --pr`,
  run: async (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 2, most: 2, names: "FROM and TO" });
    const [source = "", target = ""] = positionals;
    // Undefined: a new release, by its digest.
    const from = isDigest(source) ? undefined : readEnvironment(source);
    const to = readEnvironment(target);
    const soakMs = readDuration("soak", values.soak);
    const reason = values.reason?.trim();
    if (reason === "") throw new AppError("invalid", "--reason is empty.", { mend: "Say why." });

    await refuseDirtyTree(io.root);
    const exceptions: string[] = [];
    const allow = (fault: string, mend: string) => {
      if (reason === undefined) throw new AppError("conflict", fault, { mend });
      exceptions.push(fault);
    };
    const skipped = between(from, to);
    if (skipped.length > 0) {
      const mend = `Promote to ${skipped[0]} first, or give a --reason.`;
      allow(`${source} to ${to} skips ${skipped.join(" and ")}.`, mend);
    }
    const digest = from === undefined ? source : readDigest(io.root, from);
    refuseMarker(digest, source);
    const before = readDigest(io.root, to);
    if (before === digest) return sayNothing(io, values.json === true, to, digest);

    const soaked = from === undefined ? undefined : await soakedHealthy(io, from, digest);
    if (soaked !== undefined && soaked < soakMs) {
      const mend = `Wait ${sayDuration(soakMs - soaked)} more, or give a --reason.`;
      allow(`${source} has been well with it for ${sayDuration(soaked)} of ${sayDuration(soakMs)}.`, mend);
    }

    const short = shortDigest(digest);
    const subject = `Promote ${from === undefined ? short : `${from} (${short})`} to ${to}`;
    const body = [
      from === undefined
        ? `${to} gets a new release.`
        : `${from} was Synced and Healthy with it for ${sayDuration(soaked ?? 0)}.`,
      ...(exceptions.length > 0 ? [`Exception: ${exceptions.join(" ")}\nReason: ${reason}`] : []),
      `Promoted-From: ${from ?? "release"}\nDigest: ${digest}`,
    ].join("\n\n");
    const way = { push: values.push === true, pullRequest: values.pr === true, remote: values.remote };
    if (values["dry-run"]) {
      io.print(`${imageFile(to)}: ${before} → ${digest}\n\n${subject}\n\n${body}`);
      return EXIT.ok;
    }
    const released = await release(io, { environment: to, digest, subject, body, prefix: "promote" }, way);
    if (values.json) {
      io.print(
        JSON.stringify({
          from: source,
          to,
          before,
          digest,
          soakedMs: soaked,
          exceptions,
          reason,
          ...released,
        }),
      );
    } else {
      io.print(`${subject}: ${released.branch ?? "committed"} ${released.commit.slice(0, 12)}`);
      for (const step of nextSteps(to, released.commit, way)) io.print(step);
    }
    return EXIT.ok;
  },
};

/** What lies between FROM and TO. Throws AppError "invalid" when TO does not come after FROM. */
function between(from: Environment | undefined, to: Environment): Environment[] {
  const start = from === undefined ? -1 : ENVIRONMENTS.indexOf(from);
  const end = ENVIRONMENTS.indexOf(to);
  if (end > start) return ENVIRONMENTS.slice(start + 1, end);
  throw new AppError("invalid", `${to} does not come after ${from}.`, {
    mend: `The order is ${ENVIRONMENTS.join(", ")}; to go back use scripts/rollback.ts.`,
  });
}

/** How long an environment has been well with the digest; AppError "conflict" with every fault when it is not. */
async function soakedHealthy(io: ScriptIo, environment: Environment, digest: string): Promise<number> {
  const application = await readApplication(environment, io.env);
  const { faults, soakedMs } = await judge(application, digest, io.now(), async (revision) => {
    const text = await fileAt(io.root, revision, imageFile(environment));
    return text === undefined ? undefined : digestIn(text, `${revision}:${imageFile(environment)}`);
  });
  if (faults.length === 0) return soakedMs;
  throw new AppError(
    "conflict",
    `${applicationName(environment)} cannot be promoted: ${faults.join("; ")}.`,
    {
      mend: `Mend ${environment}, or take it back: bun scripts/rollback.ts ${environment}.`,
    },
  );
}

function sayNothing(io: ScriptIo, json: boolean, to: Environment, digest: string): number {
  io.print(json ? JSON.stringify({ to, before: digest, digest }) : `${to} has ${digest} already.`);
  return EXIT.ok;
}

if (import.meta.main) process.exitCode = await runScript(promote, Bun.argv.slice(2), processIo());
