import { AppError } from "../service/errors.ts";
import {
  clusterKeys,
  needsAgeKey,
  readRepository,
  refuseUnpushed,
  refuseUnready,
} from "./bootstrap/checks.ts";
import { type Step, stepsFor } from "./bootstrap/steps.ts";
import { type Application, readApplication } from "./lib/application.ts";
import { EXIT } from "./lib/cli.ts";
import { run } from "./lib/exec.ts";
import {
  applicationName,
  ENVIRONMENTS,
  type Environment,
  readDigest,
  readEnvironment,
} from "./lib/overlay.ts";
import {
  processIo,
  readArguments,
  readDuration,
  runScript,
  type Script,
  type ScriptIo,
} from "./lib/script.ts";
import { ageKeyFile } from "./lib/sops.ts";
import { MARKER } from "./validate/images.ts";

const OPTIONS = {
  environment: { type: "string", default: ENVIRONMENTS[0] },
  context: { type: "string" },
  key: { type: "string" },
  wait: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

/** kubectl's own waits end after 10 minutes. */
const STEP_MS = 15 * 60_000;

/** Makes a cluster follow this repository. */
export const bootstrap: Script = {
  name: "bootstrap",
  help: `Usage: bun scripts/bootstrap.ts [--environment dev] [--context NAME] [--key FILE] [--wait 15m] [--dry-run]

Installs the pinned Argo CD (argocd/install) on the cluster that kubectl reaches, waits until it is ready, puts the
environment's age key into its namespace, and applies the root Application (argocd/root), which makes all else from git.
Running it again changes nothing that is right.

  --environment NAME   the first environment of this cluster (default: ${ENVIRONMENTS[0]}): its image must be released, its
                       secrets made
  --context NAME       kubectl's context (default: the present one)
  --key FILE           the age key (default: SOPS_AGE_KEY_FILE, else where sops keeps it); only what decrypts the
                       environment's secrets is taken from it
  --wait TIME          then wait until the environment is Synced and Healthy, at most so long
  --dry-run            check, and print what would be done on which cluster

Exit status: 0 done; 1 refused, or not healthy in time; 2 wrong usage, or kubectl failed.`,
  run: async (args, io) => {
    const { values } = readArguments(args, OPTIONS, { least: 0, most: 0, names: "" });
    const environment = readEnvironment(values.environment);
    const waitMs = values.wait === undefined ? undefined : readDuration("wait", values.wait);
    await refuseUnready(io.root, environment);
    const warning = await refuseUnpushed(io.root, readRepository(io.root));
    if (warning !== undefined) io.warn(warning);
    const keys = needsAgeKey(io.root, environment)
      ? await clusterKeys(io.root, environment, ageKeyFile(io.env, values.key))
      : undefined;
    for (const other of ENVIRONMENTS) {
      if (other === environment || readDigest(io.root, other) !== MARKER) continue;
      io.warn(`${other} has no released image yet: its Application gets healthy after its first promotion.`);
    }

    const context = values.context ?? (await kubectl(io, ["config", "current-context"])).trim();
    const target = [`--context=${context}`];
    const steps = await stepsFor(io.root, environment, keys);
    if (values["dry-run"]) {
      io.print(`On ${context}:`);
      for (const step of steps) io.print(describe(step, target));
      return EXIT.ok;
    }
    await kubectl(io, [...target, "version", "--output=json"]);
    io.print(`On ${context}:`);
    for (const step of steps) {
      io.print(step.says);
      await kubectl(io, [...target, ...step.args], step.input);
    }
    if (waitMs === undefined) {
      io.print(`Watch it: kubectl --namespace argocd get applications --watch`);
      return EXIT.ok;
    }
    return untilHealthy(io, environment, context, waitMs);
  },
};

/** Runs kubectl and returns what it printed; AppError "unavailable" with its words when it fails. */
async function kubectl(io: ScriptIo, args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await run(["kubectl", ...args], {
    env: io.env,
    timeoutMs: STEP_MS,
    ...(input === undefined ? {} : { input }),
  });
  if (status === 0) return stdout;
  const what = args.filter((arg) => !arg.startsWith("--context")).slice(0, 3);
  throw new AppError("unavailable", `kubectl ${what.join(" ")} ended with ${status}: ${stderr.trim()}`, {
    mend: "Mend that and run bootstrap again: it goes on where it must.",
  });
}

function describe({ says, args, input, secret }: Step, target: readonly string[]): string {
  const fed =
    input === undefined
      ? ""
      : secret
        ? " < (the key)"
        : ` < (${input.split(/^kind: /m).length - 1 || 1} objects)`;
  return `# ${says}\nkubectl ${[...target, ...args].join(" ")}${fed}`;
}

async function untilHealthy(
  io: ScriptIo,
  environment: Environment,
  context: string,
  waitMs: number,
): Promise<number> {
  const name = applicationName(environment);
  const deadline = io.now().getTime() + waitMs;
  let said = "";
  for (;;) {
    const status = sayStatus(await readOrNothing(environment, io, context));
    if (status !== said) io.print(`${name}: ${status}`);
    said = status;
    if (status === "Synced, Healthy") return EXIT.ok;
    if (io.now().getTime() >= deadline) break;
    await io.sleep(2_000);
  }
  io.warn(
    `bootstrap: ${name} is not Synced and Healthy yet. Its page in Argo CD tells why; it goes on trying.`,
  );
  return EXIT.finding;
}

/** The root Application takes a moment to make the others. */
async function readOrNothing(
  environment: Environment,
  io: ScriptIo,
  context: string,
): Promise<Application | undefined> {
  try {
    return await readApplication(environment, { ...io.env, ARGOCD_SERVER: undefined }, context);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return undefined;
    throw error;
  }
}

function sayStatus(application: Application | undefined): string {
  if (application === undefined) return "not there yet";
  const { sync, health } = application.status ?? {};
  return `${sync?.status ?? "Unknown"}, ${health?.status ?? "Unknown"}`;
}

if (import.meta.main) process.exitCode = await runScript(bootstrap, Bun.argv.slice(2), processIo());
