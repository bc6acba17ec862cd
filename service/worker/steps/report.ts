import { buildReport } from "../report/build.ts";
import { renderHtml } from "../report/html.ts";
import { renderMarkdown } from "../report/markdown.ts";
import type { Step } from "../workflow.ts";
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
  async run({ output, failure, log }) {
    const load = output("load");
    const fault = failure("impact");
    const impact = fault === undefined ? output("impact") : { impact: null, fault };
    const report = buildReport({ load, judge: output("judge"), impact });
    const markdown = renderMarkdown(report);
    const { summary } = report;
    log("info", summary);
    return { output: { summary, markdown }, report: { summary, markdown, html: renderHtml(report) } };
  },
};
