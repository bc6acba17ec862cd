import { workerContext } from "./testing.ts";
import { runWorker } from "./worker.ts";
import type { Step, StepContext, Workflow } from "./workflow.ts";

/** A workflow for tests: the second step uses what the first gave. */
export interface TwoSteps {
  readonly one: { readonly n: number };
  readonly two: string;
}

export interface Change {
  readonly one?: Partial<Step<TwoSteps, "one">>;
  readonly two?: Partial<Step<TwoSteps, "two">>;
}

function twoSteps(change: Change = {}): Workflow<TwoSteps> {
  const common = { timeoutMs: 2000, retries: 0, backoffMs: 10 };
  return {
    name: "test",
    steps: [
      { name: "one", ...common, run: async () => ({ output: { n: 1 } }), ...change.one },
      {
        name: "two",
        ...common,
        run: async ({ output }) => ({ output: `after ${output("one").n}` }),
        ...change.two,
      },
    ],
  };
}

/** A step that goes on until its signal aborts. */
export const endless = ({ signal }: Pick<StepContext<TwoSteps>, "signal">): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** Workers of this workflow on a store, until `stopAll`. */
export function workersOn(url: () => string) {
  const started: (() => Promise<void>)[] = [];
  return {
    async start(change: Change = {}, concurrency = 10) {
      const { context, close } = await workerContext(url(), { concurrency });
      const role = await runWorker(context, twoSteps(change));
      started.push(async () => {
        await role.stop(3000);
        await close();
      });
      return role;
    },
    async stopAll() {
      for (const stop of started.splice(0)) await stop();
    },
  };
}
