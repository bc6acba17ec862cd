import { compileIgnore } from "../catalog/ignore.ts";
import type { Command } from "./command.ts";
import { COMPARE_HELP, compare } from "./compare.ts";
import { needed, readFlags } from "./flags.ts";
import { readDatabase, readSnapshotFile } from "./source.ts";
import { URL_HELP } from "./url.ts";

export const check: Command = {
  name: "check",
  summary: "say whether a database has the approved schema",
  help: `Usage: schemawatch check --url URL --baseline FILE [--json] [--ignore PATTERN]…

Compares a database with its baseline, a file that schemawatch snapshot made, and says what changed since.

  --url URL          the database
  --baseline FILE    the approved schema ("-": on standard input)
  --json             print JSON instead of text
  --ignore PATTERN   what is left out, with what lives in it: [kind:]glob, e.g. audit, public.tmp_*, table:*.log_2*

${URL_HELP}

${COMPARE_HELP}

Example:
  schemawatch check --url env:SHOP_URL --baseline shop.schema || echo "the shop has drifted"`,
  run: async (args, io) => {
    const { values } = readFlags("check", args, {
      url: { type: "string" },
      baseline: { type: "string" },
      json: { type: "boolean" },
      ignore: { type: "string", multiple: true },
    });
    const url = needed("check", "url", values.url);
    const baseline = needed("check", "baseline", values.baseline);
    const ignore = compileIgnore(values.ignore ?? []);
    const before = readSnapshotFile(baseline, ignore, io);
    const after = await readDatabase(url, ignore, io);
    const said = {
      same: `Synced: the database has the schema of ${baseline}.`,
      different: `Drifted: the database differs from ${baseline}`,
    };
    return compare(before, after, values.json === true, said, io);
  },
};
