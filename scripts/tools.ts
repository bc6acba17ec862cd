import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";
import { listPins, tool } from "./lib/tools.ts";

/** Needed to publish only, and larger than the others together: built when it is first asked for. */
const LATER = ["cosign"];

const SCRIPT: Script = {
  name: "tools",
  help: `Usage: bun scripts/tools.ts

Builds the Go tools that tools/*/go.mod pin, so that what needs them starts at once. Go keeps them in its build cache.

Exit status: 0 all there; 2 one cannot be built, with what to install.`,
  run: async (args, io) => {
    readArguments(args, {}, { least: 0, most: 0, names: "no arguments" });
    // One after the other: each build uses every core, and they share packages.
    for (const { name } of listPins()) if (!LATER.includes(name)) io.print(`${name}: ${await tool(name)}`);
    return EXIT.ok;
  },
};

process.exitCode = await runScript(SCRIPT, process.argv.slice(2), processIo());
