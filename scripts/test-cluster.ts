import { resolve } from "node:path";
import { AppError, toAppError } from "../service/errors.ts";
import { explain } from "./cluster/scenarios/framework/explain.ts";
import type { Scenario } from "./cluster/scenarios/framework/scenario.ts";
import { ClusterWorld } from "./cluster/scenarios/framework/world.ts";
import { scenarios } from "./cluster/scenarios/index.ts";
import { down } from "./cluster/up.ts";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";

const OPTIONS = {
  folder: { type: "string", default: ".cluster" },
  keep: { type: "boolean" },
  json: { type: "boolean" },
} as const;

interface Result {
  readonly number: number;
  readonly title: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What was measured. */
  readonly facts: readonly string[];
  /** What was not as promised; null when all was. */
  readonly fault: string | null;
}

/** Proves on a real cluster what the manifests and scripts promise. */
export const testCluster: Script = {
  name: "test-cluster",
  help: `Usage: make test-cluster, or bun scripts/test-cluster.ts [NUMBER…] [--folder .cluster] [--keep] [--json]

Runs the scenarios of docs/cluster.md on the throwaway cluster of scripts/cluster.ts, all of them or those of the given
numbers, and prints a line for each as it ends, and the sum. A cluster that is up already is used and stays; one that is
brought up here is taken down at the end. Needs Linux, root, and what scripts/cluster.ts says.

  --folder FOLDER  where the cluster is (default: .cluster)
  --keep           leave the cluster up in any case
  --json           print the results as JSON on standard output, and everything else on standard error

Exit status: 0 all passed; 1 some did not; 2 wrong usage, or there is no cluster and none can be made.`,
  run: async (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 0, most: 99, names: "numbers" });
    const chosen = choose(positionals);
    const say = values.json ? io.warn : io.print;
    const folder = resolve(io.root, values.folder);
    const world = new ClusterWorld({ folder, log: (message) => say(`      ${message}`) });
    const results: Result[] = [];
    try {
      for (const scenario of chosen) results.push(await prove(scenario, world, io, say));
    } finally {
      if (world.made && !values.keep) await down(folder);
    }
    const passed = results.filter((result) => result.passed).length;
    if (values.json) io.print(JSON.stringify(results, null, 2));
    say(`${passed} passed, ${results.length - passed} failed`);
    return passed === results.length ? EXIT.ok : EXIT.finding;
  },
};

function choose(numbers: readonly string[]): readonly Scenario[] {
  if (numbers.length === 0) return scenarios;
  return numbers.map((number) => {
    const found = scenarios.find((scenario) => String(scenario.number) === number);
    if (found !== undefined) return found;
    throw new AppError("invalid", `There is no scenario ${number}.`, {
      mend: `Use numbers from 1 to ${scenarios.length}.`,
    });
  });
}

async function prove(
  { number, title, run }: Scenario,
  world: ClusterWorld,
  io: ScriptIo,
  say: (line: string) => void,
): Promise<Result> {
  say(`${number}. ${title} …`);
  const start = io.now().getTime();
  let fault: string | null = null;
  try {
    await run(world);
  } catch (thrown) {
    const error = toAppError(thrown);
    fault = [error.message, error.mend, said(error.cause)].filter((part) => part !== undefined).join(" ");
  }
  const seconds = Math.round((io.now().getTime() - start) / 1000);
  const facts = world.takeFacts();
  say(`${number}. ${title}: ${fault === null ? "passed" : "FAILED"}, ${seconds} s`);
  for (const fact of facts) say(`      ${fact}`);
  if (fault !== null) {
    say(`      ${fault}`);
    for (const line of await explanation(world)) say(`      ${line}`);
  }
  return { number, title, passed: fault === null, seconds, facts, fault };
}

/** What lies behind an error, with where it was thrown: a defect of ours, or an answer that did not come. */
function said(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  const { name, stack } = cause as Partial<Error>;
  return stack === undefined ? String(cause) : `${name}: ${stack}`;
}

/** A cluster that cannot be asked any more explains nothing, but must not hide the failure itself. */
async function explanation(world: ClusterWorld): Promise<string[]> {
  try {
    const cluster = await world.present();
    return cluster === undefined ? [] : await explain(cluster);
  } catch (error) {
    return [`the cluster cannot be asked: ${(error as Error).message}`];
  }
}

if (import.meta.main) process.exitCode = await runScript(testCluster, Bun.argv.slice(2), processIo());
