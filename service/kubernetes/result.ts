import { AppError } from "../errors.ts";

/** Before the result in the log of the container beside the job's (commands/job-result.ts). */
const MARK = "schemawatch-result ";

/** The most that is handed over; the step's output has a frame around it. */
export const MAX_RESULT_BYTES = 1024 * 1024 - 4096;

/** What that container writes: how many bytes the result has, then the result unless it is too large. Null: there is none. */
export function writtenResult(result: { readonly bytes: number; readonly text: string } | null): string {
  return result === null ? `${MARK}none\n` : `${MARK}${result.bytes}\n${result.text}\n`;
}

/** The JSON that a Job gave as its result, null when it gave none; from the log of that container. AppError says what is wrong with it. */
export function readResult(log: Uint8Array, job: string): unknown {
  const all = Buffer.from(log);
  const at = all.indexOf(MARK);
  const end = all.indexOf("\n", at);
  if (at < 0 || end < 0) {
    throw new AppError("unavailable", `The Job ${job} succeeded, but its result was not handed over.`, {
      mend: "Its container named result was ended before its time; kubectl describe says why. Run it again.",
    });
  }
  const head = all.subarray(at + MARK.length, end).toString();
  if (head === "none") return null;
  const size = Number(head);
  if (size > MAX_RESULT_BYTES) {
    throw new AppError(
      "too_large",
      `The result of the Job ${job} takes ${size} bytes; ${MAX_RESULT_BYTES} are allowed.`,
    );
  }
  const text = all.subarray(end + 1, end + 1 + size).toString();
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid", `The result of the Job ${job} is no JSON: ${text.slice(0, 200)}`, {
      mend: "Write one JSON value into the file that $SCHEMAWATCH_RESULT names.",
    });
  }
}
