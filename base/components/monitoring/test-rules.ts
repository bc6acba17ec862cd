import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../../../scripts/lib/exec.ts";

/*
 * bun base/components/monitoring/test-rules.ts: makes each alert fire, by promtool of Prometheus 3 on PATH. It is not part
 * of `make test`, as building promtool takes longer than all the rest (18 minutes beside other work on 2 cores).
 */
const folder = mkdtempSync(join(tmpdir(), "rules-"));
try {
  const { spec } = parse(readFileSync(join(import.meta.dir, "rules.yaml"), "utf8"));
  writeFileSync(join(folder, "rules.json"), JSON.stringify(spec));
  writeFileSync(join(folder, "rules.test.yaml"), readFileSync(join(import.meta.dir, "rules.test.yaml")));
  const { status, stdout, stderr } = await run(["promtool", "test", "rules", "rules.test.yaml"], {
    cwd: folder,
  });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
