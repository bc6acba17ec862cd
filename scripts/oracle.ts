import { AppError } from "../service/errors.ts";
import { MAJORS } from "../service/testing/majors.ts";
import { hunt, type Prey, tellPrey } from "../service/testing/oracle/generated.ts";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";

const HELP = `Usage: bun scripts/oracle.ts [--seconds N] [--seed N] [--major N] [--json]

Hunts for DDL after which the diff and pg_dump disagree: random sequences on real servers of each major, or of one. A
sequence that fails is shrunk and told with its seed, which makes the same sequences again.

  --seconds N  how long to hunt on each major; 60 when left out
  --seed N     where to begin; from the clock when left out, and said
  --major N    only this one of ${MAJORS.join(", ")}
  --json       what was found as one line of JSON

Exit status: 0 nothing found, 1 found something, 2 could not run.`;

const SCRIPT: Script = { name: "oracle", help: HELP, run: huntAll };

if (import.meta.main) process.exit(await runScript(SCRIPT, process.argv.slice(2), processIo()));

async function huntAll(args: readonly string[], io: ScriptIo): Promise<number> {
  const { values: flags } = readArguments(
    args,
    {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(io.now().getTime() % 1_000_000_000) },
      major: { type: "string" },
      json: { type: "boolean", default: false },
    },
    { least: 0, most: 0, names: "nothing" },
  );
  const ms = wholeNumber("--seconds", flags.seconds) * 1000;
  const seed = wholeNumber("--seed", flags.seed);
  const majors = flags.major === undefined ? MAJORS : MAJORS.filter((one) => String(one) === flags.major);
  if (majors.length === 0) {
    throw new AppError("invalid", `--major ${flags.major} is none that can be started here.`, {
      mend: `Use one of ${MAJORS.join(", ")}.`,
    });
  }
  io.warn(`seed ${seed}`);
  const found: (Prey & { major: number })[] = [];
  for (const major of majors) {
    const { prey, issued, refused } = await hunt({ major, seed, runs: Number.MAX_SAFE_INTEGER, ms });
    if (prey !== null) found.push({ major, ...prey });
    const how = `${issued} statements, ${refused.length} of them refused`;
    if (!flags.json)
      io.print(`PostgreSQL ${major}: ${prey === null ? "nothing found" : tellPrey(prey)} in ${how}`);
  }
  if (flags.json) io.print(JSON.stringify({ seed, found }));
  return found.length === 0 ? EXIT.ok : EXIT.finding;
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new AppError("invalid", `${flag} is ${text}, which is no whole number.`);
}
