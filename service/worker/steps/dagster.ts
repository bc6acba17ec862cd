import type { Clock } from "../../clock.ts";
import type { WatchedDatabase, WatchList } from "../../config/types.ts";
import { DagsterClient } from "../../dagster/client.ts";
import { standingFrom } from "../../dagster/standing.ts";
import { stepTags } from "../../dagster/tags.ts";
import { runPage } from "../../dagster/target.ts";
import { AppError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { handedOver } from "../report/handed-over.ts";
import type { Step, StepContext } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";
import { endRuns } from "./dagster-end.ts";
import { DagsterRun } from "./dagster-run.ts";
import { HANDED, impactOf } from "./handed.ts";

export interface DagsterOutput {
  readonly runId: string;
  /** Dagster's own page of the run. */
  readonly link: string;
  /** In words, for the page. */
  readonly note: string;
  /** The JSON that the run gave as its result; null when it gave none. */
  readonly result: unknown;
}

const NAME = "dagster";

/**
 * Hands the change to the job of the database's Dagster, once, and follows it to its end: its events are lines of our log,
 * its result is the output. The run is found again by its tags, whoever launched it: after a lost answer, and by another
 * worker. When it fails for good the step has failed and says why, and the report is written all the same.
 */
export function dagsterStep(options: {
  readonly watchList: WatchList;
  readonly clock: Clock;
  readonly log: Logger;
  readonly installation: string;
}): Step<Outputs, "dagster"> {
  const { watchList, clock, log, installation } = options;
  const targetOf = (name: string) => watchList.current().find((one) => one.name === name)?.dagster ?? null;
  return {
    name: NAME,
    ...HANDED,
    only: () =>
      watchList
        .current()
        .filter(handsOver)
        .map(({ name }) => name),
    async run(context) {
      const load = context.output("load");
      if (!load.change) {
        context.log("info", "Nothing changed, so nothing is handed to Dagster.");
        return { output: null };
      }
      const target = targetOf(load.database);
      if (!target) {
        throw new AppError("not_found", `"${load.database}" is not handed to Dagster any more.`, {
          mend: 'Give it "engine: dagster" again in databases.yaml, and run it again.',
        });
      }
      const run = new DagsterRun({
        target,
        clock,
        client: new DagsterClient(target, clock),
        log,
        context,
        purpose: purposeOf(context),
        config: {
          resources: {
            schemawatch: {
              config: handedOver(context.run, load, context.output("judge"), impactOf(context)),
            },
          },
        },
        tags: [
          { key: "schemawatch/database", value: load.database },
          { key: "schemawatch/change", value: load.change.id },
        ],
      });
      return { output: await run.toItsEnd() };
    },
    async cancel(context) {
      const target = targetOf(context.run.database);
      const standing = standingFrom(context.kept());
      // Nothing was begun there, as this same worker knows.
      if (!target || (standing && !standing.asked)) return;
      const runId = standing?.runId ?? null;
      const link = runId === null ? target.url : runPage(target, runId);
      const ended = await endRuns({
        client: new DagsterClient(target, clock),
        clock,
        tags: stepTags(purposeOf(context)),
        run: runId,
        signal: context.signal,
      });
      if (ended === null) {
        context.log(
          "info",
          runId === null ? "No run of it goes on there." : `Dagster's run was cancelled: ${link}`,
        );
      } else context.log("warn", `Dagster's run may go on: ${ended} End it there: ${link}`);
    },
  };

  function purposeOf({ run }: StepContext<Outputs>) {
    return { installation, run: run.id, step: NAME };
  }
}

const handsOver = ({ dagster }: WatchedDatabase): boolean => dagster !== null;
