import { ofDatabase } from "../catalog/concern.ts";
import { compileIgnore } from "../catalog/ignore.ts";
import { formatSnapshot } from "../catalog/text.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { needed, readFlags } from "./flags.ts";
import { readDatabase } from "./source.ts";
import { URL_HELP } from "./url.ts";
import { writeFileWhole } from "./write-file.ts";

export const snapshot: Command = {
  name: "snapshot",
  summary: "write a database's schema as text to review and approve",
  help: `Usage: schemawatch snapshot --url URL [--out FILE] [--ignore PATTERN]…

Writes the schema of a database as sorted text without object numbers and times: the same schema gives the same text.
Commit it as the approved baseline; a pull request then shows what changes. Of the server's roles and tablespaces it holds
those that the database names: owners, whom something is granted, the roles that these are members of, where something lies.

  --url URL          the database
  --out FILE         where to (default, and for "-": standard output); the file is replaced whole or left as it was
  --ignore PATTERN   what is left out, with what lives in it: [kind:]glob, e.g. audit, public.tmp_*, table:*.log_2*

${URL_HELP}

Examples:
  schemawatch snapshot --url env:SHOP_URL --out shop.schema
  schemawatch snapshot --url postgres://me@127.0.0.1/shop --ignore 'public.tmp_*' | less`,
  run: async (args, io) => {
    const { values } = readFlags("snapshot", args, {
      url: { type: "string" },
      out: { type: "string" },
      ignore: { type: "string", multiple: true },
    });
    const ignore = compileIgnore(values.ignore ?? []);
    const whole = await readDatabase(needed("snapshot", "url", values.url), ignore, io);
    const text = formatSnapshot(ofDatabase(whole));
    if (values.out === undefined || values.out === "-") io.print(text);
    else writeFileWhole(io.folder, values.out, text);
    return EXIT.same;
  },
};
