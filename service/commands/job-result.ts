import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError, systemCode } from "../errors.ts";
import { MAX_RESULT_BYTES, writtenResult } from "../kubernetes/result.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { readFlags } from "./flags.ts";

export const jobResult: Command = {
  name: "job-result",
  summary: "hand over the result of a Kubernetes Job (runs beside its container)",
  help: `Usage: schemawatch job-result [--ready] FILE

Waits for SIGTERM, by which Kubernetes ends a sidecar once the Job's container is done, and then writes the file to standard
output, where the worker reads it: docs/jobs.md.

  --ready   ask whether one waits for that file (for the sidecar's startup probe)

Exit status: 0 handed over, or ready; 1 not ready; 2 wrong use.`,
  run: async (args, io) => {
    const { values, positionals } = readFlags(
      "job-result",
      args,
      { ready: { type: "boolean" } },
      { count: 1, names: "the file" },
    );
    const [file = ""] = positionals;
    const ready = join(dirname(file), ".ready");
    if (values.ready) return existsSync(ready) ? EXIT.same : EXIT.different;
    const ended = Promise.withResolvers<void>();
    // Nothing else keeps the process.
    const alive = setInterval(() => {}, 60_000);
    process.once("SIGTERM", () => ended.resolve());
    try {
      writeFileSync(ready, "");
    } catch (error) {
      clearInterval(alive);
      throw new AppError("invalid", `${ready} cannot be written (${systemCode(error)}).`, {
        mend: "Name a file in a folder that this user may write to.",
      });
    }
    await ended.promise;
    clearInterval(alive);
    io.print(writtenResult(read(file)));
    return EXIT.same;
  },
};

/** The file's size and, when it is not too large, its text. What is no plain file counts as none. */
function read(file: string): { readonly bytes: number; readonly text: string } | null {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return null;
  if (found.size > MAX_RESULT_BYTES) return { bytes: found.size, text: "" };
  const text = readFileSync(file, "utf8");
  // What is no UTF-8 takes another size as text.
  return { bytes: Buffer.byteLength(text), text };
}
