import { resolve } from "node:path";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";
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

const SCRIPT: Script = { name: "validate", help: HELP, run: main };

if (import.meta.main) process.exitCode = await runScript(SCRIPT, process.argv.slice(2), processIo());

async function main(args: readonly string[], io: ScriptIo): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const { values, positionals } = readArguments(args, options, {
    least: 0,
    most: 1,
    names: "a folder or none",
  });
  const started = performance.now();
  const report = await validate(resolve(positionals[0] ?? io.root));
  if (values.json) io.print(JSON.stringify(report, null, 2));
  else print(report, (performance.now() - started) / 1000, io);
  return report.findings.length === 0 ? EXIT.ok : EXIT.finding;
}

function print({ findings, counts }: Report, seconds: number, io: ScriptIo): void {
  for (const { target, objects, valid } of counts)
    io.print(`${target}: ${valid} of ${objects} objects valid, 0 skipped`);
  for (const { rule, where, message, mend } of findings)
    io.print(`\n${where}\n  ${rule}: ${message}\n  ${mend}`);
  const total = counts.reduce((sum, count) => sum + count.objects, 0);
  const verdict = findings.length === 0 ? "nothing found" : `${findings.length} found`;
  io.print(
    `\n${verdict}: ${counts.length} builds, ${total} objects, ${Object.keys(RULES).length} rules, ${seconds.toFixed(1)} s`,
  );
}
