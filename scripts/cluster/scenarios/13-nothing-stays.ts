import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../service/errors.ts";
import { output, run } from "../../lib/exec.ts";
import { ROOT } from "../../lib/tools.ts";
import { waitFor } from "../client/wait.ts";
import { traces } from "../machine/traces.ts";
import type { Scenario } from "./framework/scenario.ts";

/** When the harness is killed, in seconds after its start: making namespaces, control plane, node, first pods, Argo CD. */
const KILLED_AFTER = [0.3, 0.6, 2, 6, 12, 30];

/** A process that was killed is listed until the kernel has freed what it held. */
const LEAVING_MS = 5_000;

/** Beside issue 5's list, but of its "The cluster": nothing stays, also after a kill -9 of the harness. */
export const scenario: Scenario = {
  number: 13,
  title: "make cluster-down leaves nothing, also after kill -9 of make cluster",
  run: async (world) => {
    await world.none();
    const folder = mkdtempSync(join(tmpdir(), "schemawatch-cluster-"));
    const script = [process.execPath, join(ROOT, "scripts/cluster.ts")];
    const before = await traces(folder);
    for (const seconds of KILLED_AFTER) {
      const harness = Bun.spawn([...script, "up", "--folder", folder], {
        stdout: "ignore",
        stderr: "ignore",
      });
      await Bun.sleep(seconds * 1000);
      if (harness.exitCode !== null)
        throw new AppError("internal", `make cluster ended by itself within ${seconds} s.`);
      harness.kill("SIGKILL");
      await harness.exited;
      const began = performance.now();
      await output([...script, "down", "--folder", folder]);
      const took = ((performance.now() - began) / 1000).toFixed(1);

      const different = async () => differences(before, await traces(folder));
      await waitFor(
        `nothing to be left after a kill at ${seconds} s`,
        LEAVING_MS,
        async () => (await different()).length === 0,
        async () => `\n${(await different()).join("\n")}`,
      );
      world.note(`killed after ${seconds} s: all gone, in ${took} s`);
    }
    const { status } = await run(["test", "-e", folder]);
    if (status === 0) throw new AppError("internal", `${folder} is still there.`);
  },
};

/** What is there now only, and what was there before only, a line each. */
function differences(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
  ];
}
