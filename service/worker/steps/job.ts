import type { Clock } from "../../clock.ts";
import type { WatchedDatabase, WatchList } from "../../config/types.ts";
import { AppError } from "../../errors.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { jobName, MAX_CHANGE_BYTES, type Purpose } from "../../kubernetes/manifest.ts";
import { standingFrom } from "../../kubernetes/standing.ts";
import { handedOver } from "../report/handed-over.ts";
import type { Step, StepContext } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";
import { HANDED, impactOf } from "./handed.ts";
import { endJob } from "./job-end.ts";
import { JobRun } from "./job-run.ts";

export interface JobOutput {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly exitCode: number;
  /** In words, for the page. */
  readonly note: string;
  /** The JSON that the container left as its result; null when it left none. */
  readonly result: unknown;
}

const NAME = "job";

/**
 * Gives the change to a container that runs as a Job in the worker's cluster, once, and follows it to its end: its log is
 * lines of ours, its result file is the output. The Job's name is the run's, so that the API server refuses a second, and
 * another worker finds the first. When it fails for good the step has failed and says why, and the report is written all
 * the same.
 */
export function jobStep(options: {
  readonly watchList: WatchList;
  readonly clock: Clock;
  readonly installation: string;
  /** The cluster that this worker runs in. AppError when it does not run in one. */
  readonly kubernetes: () => Promise<KubernetesClient>;
}): Step<Outputs, "job"> {
  const { watchList, clock, installation, kubernetes } = options;
  const targetOf = (name: string) => watchList.current().find((one) => one.name === name)?.job ?? null;
  return {
    name: NAME,
    ...HANDED,
    only: () =>
      watchList
        .current()
        .filter(hasJob)
        .map(({ name }) => name),
    async run(context) {
      const load = context.output("load");
      if (!load.change) {
        context.log("info", "Nothing changed, so no Job is made.");
        return { output: null };
      }
      const target = targetOf(load.database);
      if (!target) {
        throw new AppError("not_found", `"${load.database}" is not processed by a Job any more.`, {
          mend: 'Give it "engine: job" again in databases.yaml, and run it again.',
        });
      }
      const { change } = handedOver(
        context.run,
        load,
        context.output("judge"),
        impactOf(context),
        MAX_CHANGE_BYTES,
      );
      const client = await kubernetes();
      const run = new JobRun({ target, clock, client, context, purpose: purposeOf(context), change });
      return { output: await run.toItsEnd() };
    },
    async cancel(context) {
      const standing = standingFrom(context.kept());
      // Nothing was asked for, as this same worker knows.
      if (standing && !standing.asked) return;
      const client = await kubernetes();
      const purpose = purposeOf(context);
      const target = targetOf(context.run.database);
      const namespace = standing?.namespace ?? target?.namespace ?? client.place.namespace;
      const called = `${namespace}/${jobName(purpose)}`;
      const known = standing?.uid != null;
      const ended = await endJob({ client, clock, namespace, purpose, known, signal: context.signal });
      if (ended === null) context.log("info", `The Job ${called} and its pods are deleted.`);
      else context.log("warn", `The Job ${called} may go on: ${ended}`);
    },
  };

  function purposeOf({ run, output }: StepContext<Outputs>): Purpose {
    const change = output("load").change?.id ?? "";
    return { installation, run: run.id, step: NAME, database: run.database, change };
  }
}

const hasJob = ({ job }: WatchedDatabase): boolean => job !== null;
