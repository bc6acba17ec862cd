import { createHmac } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config/types.ts";
import { AppError } from "../../errors.ts";
import type { TakenRun } from "../../store/journal.ts";
import type { Step } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";
import type { JudgeOutput } from "./judge.ts";
import type { LoadOutput } from "./load.ts";
import type { ReportOutput } from "./report.ts";

/** What `X-Schemawatch-Event` says. */
const EVENT = "run.report";

export interface NotifyOutput {
  /** False when no webhook is configured. */
  readonly sent: boolean;
  readonly delivery: string | null;
  readonly status: number | null;
}

/** The receiver said no; `again` when it may say yes later. */
class Refused extends AppError {
  readonly again: boolean;
  constructor(message: string, again: boolean) {
    super("unavailable", message);
    this.again = again;
  }
}

/**
 * Announces the report to the configured webhook:
 *
 *     POST, JSON body, X-Schemawatch-Event: run.report
 *     X-Schemawatch-Delivery: the same for every try of this run, so that a receiver can drop what it has had
 *     X-Schemawatch-Timestamp: Unix seconds of this try
 *     X-Schemawatch-Signature: sha256=<hex HMAC-SHA256 of "<timestamp>.<body>" with the shared secret>
 *
 * Tried again on 429, 5xx, timeouts and faults of the network; redirects are not followed, as they could carry the
 * report elsewhere. When it fails for good the step has failed and says why, and the run succeeds all the same: its
 * result is the report, which stands.
 */
export function notifyStep(webhook: Config["webhook"], clock: Clock): Step<Outputs, "notify"> {
  return {
    name: "notify",
    // A receiver that is down holds up the database's next run for 7 s, one that hangs for 27 s: no longer.
    timeoutMs: 5000,
    retries: 3,
    backoffMs: 1000,
    retryable: (error) => !(error instanceof Refused) || error.again,
    outside: webhook !== null,
    optional: true,
    async run({ run, output, log, signal }) {
      if (!webhook) {
        log("info", "No webhook is configured.");
        return { output: { sent: false, delivery: null, status: null } };
      }
      const delivery = `${run.id}.${run.jobId}`;
      const body = JSON.stringify(payload(run, delivery, output("load"), output("judge"), output("report")));
      const timestamp = String(Math.floor(clock.now().getTime() / 1000));
      const status = await post(webhook.url, body, signal, {
        "content-type": "application/json",
        "user-agent": "Schemawatch",
        "x-schemawatch-event": EVENT,
        "x-schemawatch-delivery": delivery,
        "x-schemawatch-timestamp": timestamp,
        "x-schemawatch-signature": `sha256=${sign(webhook.secret, timestamp, body)}`,
      });
      log("info", `Sent to ${new URL(webhook.url).host}, which answered ${status}.`);
      return { output: { sent: true, delivery, status } };
    },
  };
}

/** The signature a receiver compares: hex HMAC-SHA256 of `timestamp.body`. */
export function sign(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

async function post(
  url: string,
  body: string,
  signal: AbortSignal,
  headers: Record<string, string>,
): Promise<number> {
  // The path and the query of a webhook's URL are often secret.
  const { host } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body, headers, signal, redirect: "manual" });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw new Refused(`The webhook at ${host} could not be reached${code}.`, true);
  }
  await response.body?.cancel();
  const { status } = response;
  if (status >= 200 && status < 300) return status;
  const hint = status >= 300 && status < 400 ? "; redirects are not followed" : "";
  throw new Refused(`The webhook at ${host} answered ${status}${hint}.`, status === 429 || status >= 500);
}

function payload(
  run: TakenRun,
  delivery: string,
  { database, look, change, baseline }: LoadOutput,
  judge: JudgeOutput,
  report: ReportOutput,
): object {
  return {
    event: EVENT,
    delivery,
    database,
    run: { id: Number(run.id), cause: run.cause, requestedBy: run.requestedBy },
    look,
    change: change && {
      id: Number(change.id),
      foundAt: change.foundAt,
      summary: change.summary,
      compatibility: change.compatibility,
      breaking: change.breaking,
      risky: change.risky,
      safe: change.safe,
      changes: judge.reasons,
      note: change.note,
      authors: change.authors,
      attribution: change.attribution,
      statements: change.statements,
      transients: change.transients,
    },
    baseline: { status: baseline.state, drift: baseline.drift },
    summary: report.summary,
    report: report.markdown,
  };
}
