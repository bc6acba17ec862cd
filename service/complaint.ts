import type { AppError } from "./errors.ts";
import { hideUrlPasswords } from "./secrets.ts";

/**
 * An error as standard error shows it: each fault on a line with its mend, the cause below a defect of ours, and no
 * password in any of it.
 */
export function complaintOf(error: AppError): string {
  const text = error.mend ? `${error.message} ${error.mend}` : error.message;
  const lines = text.split("\n").map((line) => `schemawatch: ${line}`);
  if (error.code === "internal" && error.cause) lines.push(Bun.inspect(error.cause));
  return hideUrlPasswords(lines.join("\n"));
}
