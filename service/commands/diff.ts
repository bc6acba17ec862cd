import { compileIgnore } from "../catalog/ignore.ts";
import { AppError } from "../errors.ts";
import type { Command } from "./command.ts";
import { COMPARE_HELP, compare } from "./compare.ts";
import { readFlags } from "./flags.ts";
import { readSource } from "./source.ts";
import { URL_HELP } from "./url.ts";

export const diff: Command = {
  name: "diff",
  summary: "say how one schema differs from another, and how dangerous that is",
  help: `Usage: schemawatch diff A B [--json] [--ignore PATTERN]…

Says what changes on the way from A to B, worst first: what differs, whether it breaks readers and writers, what it locks,
why, and the safer way. A and B are snapshot files, "-" (a snapshot on standard input), or URLs of databases.

  --json             print JSON instead of text
  --ignore PATTERN   what is left out, with what lives in it: [kind:]glob, e.g. audit, public.tmp_*, table:*.log_2*

${URL_HELP}

${COMPARE_HELP}

Examples:
  schemawatch diff shop.schema env:SHOP_URL
  git show main:shop.schema | schemawatch diff - shop.schema
  schemawatch diff env:STAGING_URL env:PRODUCTION_URL --json | jq '.changes[] | select(.compatibility == "breaking")'`,
  run: async (args, io) => {
    const { values, positionals } = readFlags(
      "diff",
      args,
      { json: { type: "boolean" }, ignore: { type: "string", multiple: true } },
      { count: 2, names: "two schemas to compare: A and B" },
    );
    const [a = "", b = ""] = positionals;
    if (a === "-" && b === "-") {
      throw new AppError("invalid", "Standard input can be one of the two only.", {
        mend: "Name a file or URL.",
      });
    }
    const ignore = compileIgnore(values.ignore ?? []);
    const before = await readSource(a, ignore, io);
    const after = await readSource(b, ignore, io);
    const said = { same: "No difference.", different: "They differ" };
    return compare(before, after, values.json === true, said, io);
  },
};
