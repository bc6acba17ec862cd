import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { RoleContext } from "../../roles.ts";
import { type DagsterOutput, dagsterStep } from "../steps/dagster.ts";
import { type ImpactOutput, impactStep } from "../steps/impact.ts";
import { type JobOutput, jobStep } from "../steps/job.ts";
import { type JudgeOutput, judgeStep } from "../steps/judge.ts";
import { type LoadOutput, loadStep } from "../steps/load.ts";
import { type NotifyOutput, notifyStep } from "../steps/notify.ts";
import { type ReportOutput, reportStep } from "../steps/report.ts";
import type { WatchedConnections } from "../watched.ts";
import type { Workflow } from "../workflow.ts";

/** What each step of this workflow gives to those after it. */
export interface Outputs {
  readonly load: LoadOutput;
  readonly judge: JudgeOutput;
  readonly impact: ImpactOutput;
  /** Null when there was nothing to hand over. */
  readonly dagster: DagsterOutput | null;
  readonly job: JobOutput | null;
  readonly report: ReportOutput;
  readonly notify: NotifyOutput;
}

/** From what a look found to its report, told to whoever wants to know. */
export function processSchemaChange(
  context: Pick<RoleContext, "config" | "clock" | "log" | "store" | "watchList">,
  watched: WatchedConnections,
  installation: string,
  /** The cluster that this worker runs in; asked for when a Job is to be made. */
  kubernetes: () => Promise<KubernetesClient>,
): Workflow<Outputs> {
  const { watchList, clock } = context;
  return {
    name: "process-schema-change",
    steps: [
      loadStep(context.store),
      judgeStep,
      impactStep(watched),
      dagsterStep({ watchList, clock, log: context.log, installation }),
      jobStep({ watchList, clock, installation, kubernetes }),
      reportStep,
      notifyStep(context.config.webhook, clock),
    ],
  };
}
