import { standingFrom as dagsterStanding } from "../../dagster/standing.ts";
import { buildReport } from "../report/build.ts";
import { renderHtml } from "../report/html.ts";
import { renderMarkdown } from "../report/markdown.ts";
import type { OutsideOutcome } from "../report/outside.ts";
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
    const report = buildReport({ load, judge: output("judge"), impact, outside: outsideOf(context) });
    const markdown = renderMarkdown(report);
    const { summary } = report;
    log("info", summary);
    return { output: { summary, markdown }, report: { summary, markdown, html: renderHtml(report) } };
  },
};

/** None for a database whose changes are not handed on, and when nothing was. */
function outsideOf(context: StepContext<Outputs>): OutsideOutcome[] {
  return [dagsterOf(context), jobOf(context)].filter((outcome) => outcome !== null);
}

function dagsterOf({ output, failure, kept, has }: StepContext<Outputs>): OutsideOutcome | null {
  const named = { heading: "Dagster", ended: "The run succeeded" };
  const page = (to: string | null | undefined) => (to ? { text: "Its page in Dagster", to } : null);
  const fault = failure("dagster");
  if (fault !== undefined)
    return { ...named, result: null, fault, link: page(dagsterStanding(kept("dagster"))?.link) };
  const given = has("dagster") ? output("dagster") : null;
  return given && { ...named, result: given.result, fault: null, link: page(given.link) };
}

function jobOf({ output, failure, has }: StepContext<Outputs>): OutsideOutcome | null {
  const heading = "Kubernetes Job";
  const fault = failure("job");
  if (fault !== undefined) return { heading, ended: "It failed", result: null, fault, link: null };
  const given = has("job") ? output("job") : null;
  if (!given) return null;
  const { namespace, name, image, exitCode, result } = given;
  const ended = `The Job ${namespace}/${name} of ${image} ended with exit code ${exitCode}`;
  return { heading, ended, result, fault: null, link: null };
}
