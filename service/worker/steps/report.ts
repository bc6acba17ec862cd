import { standingFrom } from "../../dagster/standing.ts";
import { buildReport } from "../report/build.ts";
import type { DagsterOutcome } from "../report/dagster.ts";
import { renderHtml } from "../report/html.ts";
import { renderMarkdown } from "../report/markdown.ts";
import type { Step, StepContext } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";

/** The report itself is kept with the run; this is what the steps after it need. */
export interface ReportOutput {
  readonly summary: string;
  readonly markdown: string;
}

/** Writes the run's result. */
export const reportStep: Step<Outputs, "report"> = {
  name: "report",
  timeoutMs: 10_000,
  retries: 0,
  backoffMs: 0,
  async run(context) {
    const { output, failure, log } = context;
    const load = output("load");
    const fault = failure("impact");
    const impact = fault === undefined ? output("impact") : { impact: null, fault };
    const report = buildReport({ load, judge: output("judge"), impact, dagster: dagsterOf(context) });
    const markdown = renderMarkdown(report);
    const { summary } = report;
    log("info", summary);
    return { output: { summary, markdown }, report: { summary, markdown, html: renderHtml(report) } };
  },
};

/** Null for a database whose changes are not handed to Dagster, and when nothing was. */
function dagsterOf({ output, failure, kept, has }: StepContext<Outputs>): DagsterOutcome | null {
  const fault = failure("dagster");
  if (fault !== undefined) return { output: null, fault, link: standingFrom(kept("dagster"))?.link ?? null };
  const given = has("dagster") ? output("dagster") : null;
  return given && { output: given, fault: null, link: given.link };
}
