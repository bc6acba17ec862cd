#!/usr/bin/env bun
import { parseArgs } from "node:util";
import { ddl } from "./ddl.ts";
import { engines } from "./engines/index.ts";
import { type Figure, held, type Scenario, table } from "./figures.ts";
import { fleetPage } from "./fleet-page.ts";
import { idle } from "./idle.ts";
import { large } from "./large/index.ts";
import { load } from "./load.ts";
import { page } from "./page.ts";
import { pgbench } from "./pgbench.ts";
import { start } from "./start.ts";
import { fleet } from "./thousand/index.ts";
import { trigger } from "./trigger.ts";

const SCENARIOS: readonly Scenario[] = [
  trigger,
  load,
  ddl,
  idle,
  start,
  page,
  fleetPage,
  large,
  fleet,
  pgbench,
  engines,
];

const HELP = `Measures what the README promises, on this machine, against real PostgreSQL.

Usage: bun run bench [--json] [scenario…]

${SCENARIOS.map((scenario) => `  ${scenario.name.padEnd(12)}${scenario.summary}`).join("\n")}

Exit status: 0 every promise held, 1 one was missed, 2 it could not be measured.
`;

const { values, positionals } = parse();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const chosen =
  positionals.length === 0
    ? SCENARIOS.filter(({ onlyByName }) => !onlyByName)
    : SCENARIOS.filter(({ name }) => positionals.includes(name));
const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) fail(`no scenario is named ${unknown.join(", ")}. Run with --help for the list.`);

const figures: Figure[] = [];
for (const scenario of chosen) {
  const progress = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${scenario.name}: ${text}`);
  };
  try {
    figures.push(...(await scenario.run(progress)));
  } catch (error) {
    fail(`${scenario.name}: ${error instanceof Error ? error.message : error}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}
console.log(values.json ? JSON.stringify({ figures }, null, 2) : table(figures));
process.exit(figures.every(held) ? 0 : 1);

function parse() {
  try {
    return parseArgs({
      args: Bun.argv.slice(2),
      options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(2);
}
