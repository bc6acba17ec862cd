import { AppError } from "../../service/errors.ts";
import { run } from "../lib/exec.ts";

/** What can build and hold images, in the order of preference. */
export const ENGINES = ["docker", "podman", "buildah"] as const;
export type Engine = (typeof ENGINES)[number];

/** A client without its server, or rootless storage that is not set up, says so here. */
const PROBE_MS = 20_000;

/**
 * The engine to use: the named one, else the first that is installed and works. Throws AppError "invalid" for an unknown
 * name and "unavailable", with what each said, when none works.
 */
export async function findEngine(named?: string): Promise<Engine> {
  const wanted = ENGINES.filter((engine) => named === undefined || engine === named);
  if (wanted.length === 0) {
    throw new AppError("invalid", `"${named}" is no known engine.`, { mend: `Use ${ENGINES.join(", ")}.` });
  }
  const faults: string[] = [];
  for (const engine of wanted) {
    const fault = await whyNot(engine);
    if (fault === null) return engine;
    faults.push(`${engine}: ${fault}`);
  }
  throw new AppError("unavailable", `No container engine works here (${faults.join("; ")}).`, {
    mend: "Install Docker 25 or newer, podman 4 or newer, or buildah 1.28 or newer, and start Docker's server.",
  });
}

/** Why an engine cannot be used; null when it can. */
async function whyNot(engine: Engine): Promise<string | null> {
  if (Bun.which(engine) === null) return "not installed";
  try {
    const { status, stderr } = await run([engine, "info"], { timeoutMs: PROBE_MS });
    return status === 0 ? null : (stderr.trim().split("\n").at(-1) ?? "").slice(0, 200) || `status ${status}`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
