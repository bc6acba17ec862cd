import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "../service/errors.ts";
import { EXIT, fail } from "./lib/cli.ts";
import { ROOT } from "./lib/tools.ts";
import { RULES } from "./validate/finding.ts";
import { type Report, validate } from "./validate/run.ts";

const HELP = `Usage: bun scripts/validate.ts [--json] [FOLDER]

Builds every overlay and component combination of FOLDER (default: this repository) and checks what they render. Needs no
cluster and no network once the tools are built.

Rules:
${Object.entries(RULES)
  .map(([rule, meaning]) => `  ${rule.padEnd(19)} ${meaning}`)
  .join("\n")}

Exit status: 0 nothing found, 1 findings, 2 it could not be checked.`;

process.exitCode = await main().catch((error: unknown) => fail("validate", error));

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(HELP);
    return EXIT.ok;
  }
  const started = performance.now();
  const report = await validate(resolve(positionals[0] ?? ROOT));
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else print(report, (performance.now() - started) / 1000);
  return report.findings.length === 0 ? EXIT.ok : EXIT.finding;
}

function readArguments() {
  try {
    const options = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    const parsed = parseArgs({ options, allowPositionals: true });
    if (parsed.positionals.length < 2) return parsed;
  } catch (error) {
    throw new AppError("invalid", `${(error as Error).message}.`, { mend: "See --help." });
  }
  throw new AppError("invalid", "More than one folder was named.", { mend: "See --help." });
}

function print({ findings, counts }: Report, seconds: number): void {
  for (const { target, objects, valid } of counts)
    console.log(`${target}: ${valid} of ${objects} objects valid, 0 skipped`);
  for (const { rule, where, message, mend } of findings)
    console.log(`\n${where}\n  ${rule}: ${message}\n  ${mend}`);
  const total = counts.reduce((sum, count) => sum + count.objects, 0);
  const verdict = findings.length === 0 ? "nothing found" : `${findings.length} found`;
  console.log(
    `\n${verdict}: ${counts.length} builds, ${total} objects, ${Object.keys(RULES).length} rules, ${seconds.toFixed(1)} s`,
  );
}
