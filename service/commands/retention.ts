import { AppError } from "../errors.ts";
import { removeHistory } from "../store/retention.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { readFlags } from "./flags.ts";
import { withProgress } from "./progress.ts";
import { STORE_HELP, withStore } from "./store.ts";
import { URL_HELP } from "./url.ts";

const DAY_MS = 86_400_000;
/** Ten years: more is a slip of the finger. */
const MOST_DAYS = 3650;

export const retention: Command = {
  name: "retention",
  summary: "remove history that is older than so many days",
  help: `Usage: schemawatch retention --days N [--url URL] [--json]

Removes ended runs with their logs and reports, changes, and snapshots that are older. Each database's current snapshot
and last change stay, and so does every run that has not ended. It may run beside the service, and again at any time.

  --days N    keep so many days, 1 to ${MOST_DAYS}
${STORE_HELP}
  --json      say what was removed as JSON

${URL_HELP}

Example:
  schemawatch retention --days 90`,
  run: (args, io) => {
    const { values } = readFlags("retention", args, {
      days: { type: "string" },
      url: { type: "string" },
      json: { type: "boolean" },
    });
    const before = new Date(Date.now() - daysOf(values.days) * DAY_MS);
    return withStore(values.url, io, async (store, name) => {
      const removed = await withProgress(`removing history of ${name}`, io, () =>
        removeHistory(store, before),
      );
      const { runs, changes, snapshots, contents } = removed;
      io.print(
        values.json
          ? `${JSON.stringify({ before: before.toISOString(), removed })}\n`
          : `Removed ${runs} runs, ${changes} changes, ${snapshots} snapshots and ${contents} contents from before ${before.toISOString()}.\n`,
      );
      return EXIT.same;
    });
  },
};

function daysOf(text: string | undefined): number {
  const days = text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new AppError(
    "invalid",
    text === undefined ? "retention needs --days." : `--days cannot be "${text}".`,
    {
      mend: `Write a whole number from 1 to ${MOST_DAYS}, e.g. --days 90.`,
    },
  );
}
