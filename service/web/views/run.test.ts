import { expect, test } from "bun:test";
import type { RunDetail } from "../../store/models.ts";
import { runView } from "./run.ts";

const at = "2026-01-02T03:04:05.000Z";
const run: RunDetail = {
  id: 7,
  database: "shop",
  changeId: 1,
  cause: "change",
  rerunOf: null,
  requestedBy: null,
  state: "running",
  cancelRequested: false,
  requestedAt: at,
  startedAt: at,
  finishedAt: null,
  summary: null,
  error: null,
  attempt: 1,
  look: null,
  report: null,
  steps: [
    {
      name: "dagster",
      state: "running",
      attempt: 1,
      startedAt: at,
      finishedAt: null,
      error: null,
      note: "started, 1 step done, in <classify>",
      link: 'https://dagster.test/runs/1"x',
    },
  ],
};

test("a step whose work is done elsewhere shows how it stands there, and its page there", () => {
  const page = String(runView({ run, events: [], earlier: 0 }, true, new Date(at)));
  expect(page).toContain("started, 1 step done, in &lt;classify&gt;");
  expect(page).toContain(
    '<a class="small" href="https://dagster.test/runs/1&quot;x" target="_blank" rel="noreferrer">',
  );
});
