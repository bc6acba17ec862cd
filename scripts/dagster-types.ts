import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IntrospectionQuery } from "graphql";
import { GENERATED, SCHEMA, schemaText, typesOf } from "./dagster/types.ts";
import { EXIT } from "./lib/cli.ts";
import { output } from "./lib/exec.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";

const SCRIPT: Script = {
  name: "dagster-types",
  help: `Usage: bun scripts/dagster-types.ts

Writes ${SCHEMA} anew from the Dagster that tools/dagster-example/requirements.txt pins, and the TypeScript of
${GENERATED.map(({ from }) => from).join(" and ")} from it.
Needs Python 3.10 or newer, and PyPI the first time.`,
  run: async (args, io) => {
    readArguments(args, {}, { least: 0, most: 0, names: "no arguments" });
    const venv = await output([join(io.root, "tools/dagster-example/install.sh")], { timeoutMs: INSTALL_MS });
    const introspection = await output([join(venv.trim(), "bin/python"), "-c", DUMP]);
    const schema = schemaText(JSON.parse(introspection) as IntrospectionQuery);
    writeFileSync(join(io.root, SCHEMA), schema);
    for (const { from, to, document } of GENERATED) {
      const types = await typesOf(schema, readFileSync(join(io.root, from), "utf8"), document);
      writeFileSync(join(io.root, to), types);
    }
    io.print(`Wrote ${[SCHEMA, ...GENERATED.map(({ to }) => to)].join(", ")}.`);
    return EXIT.ok;
  },
};

const INSTALL_MS = 600_000;
const DUMP =
  "import json; from dagster_graphql.schema import create_schema; print(json.dumps(create_schema().introspect()))";

process.exitCode = await runScript(SCRIPT, process.argv.slice(2), processIo());
