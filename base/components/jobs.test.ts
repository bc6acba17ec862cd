import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubeObject, render } from "../../scripts/lib/kustomize.ts";
import { ROOT } from "../../scripts/lib/tools.ts";
import { askPolicies } from "../../scripts/validate/policies.ts";

// The policies' evaluator is compiled by the first who asks.
setDefaultTimeout(600_000);

interface JobTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly template: { readonly metadata?: object; readonly spec: object } };
}

/** The Jobs that controllers make of what an overlay holds: no file has them, but the API server judges them too. */
function jobsMadeOf(objects: readonly KubeObject[]): KubeObject[] {
  return objects.flatMap((object): KubeObject[] => {
    const templates =
      object.kind === "CronJob"
        ? [(object.spec as { jobTemplate: JobTemplate }).jobTemplate]
        : object.kind === "AnalysisTemplate"
          ? (object.spec as { metrics: { provider: { job: JobTemplate } }[] }).metrics.map(
              ({ provider }) => provider.job,
            )
          : [];
    return templates.flatMap(({ metadata, spec }, index) => {
      const { namespace } = object.metadata;
      const named = {
        ...metadata,
        name: `${object.metadata.name}-${index}`,
        ...(namespace && { namespace }),
      };
      const pod = { ...spec.template.metadata, name: `${named.name}-pod`, ...(namespace && { namespace }) };
      return [
        { apiVersion: "batch/v1", kind: "Job", metadata: named, spec },
        { apiVersion: "v1", kind: "Pod", metadata: pod, spec: spec.template.spec },
      ];
    });
  });
}

test.each([
  ["dev", 2],
  ["prod", 3],
])("the API server admits the Jobs, and their pods, that controllers make in %s", async (overlay, jobs) => {
  const folder = mkdtempSync(join(tmpdir(), "jobs-"));
  try {
    const { objects } = await render(join(ROOT, "overlays", overlay));
    const made = jobsMadeOf(objects);
    expect(made.filter(({ kind }) => kind === "Job").length).toBe(jobs);
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const list = (items: readonly KubeObject[]) => items.map((item) => JSON.stringify(item)).join("\n---\n");
    const report = await askPolicies({
      policies: file("policies.yaml", (await render(join(ROOT, "policies"))).text),
      context: [file("namespace.yaml", list(objects.filter(({ kind }) => kind === "Namespace")))],
      objects: [file("made.yaml", list(made))],
    });
    expect(report.verdicts.length).toBe(made.length);
    expect(
      report.verdicts.flatMap(({ kind, name, denials }) => denials.map((d) => [kind, name, d.message])),
    ).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
