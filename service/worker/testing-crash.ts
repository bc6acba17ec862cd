import type { Database } from "../postgres/types.ts";
import type { Step, StepContext, Workflow } from "./workflow.ts";

/**
 * The workflow of crash.test.ts. Its first step draws a number that is another one in each try; the two after it tell it
 * to the world (the table witness). All that the world hears of a run must be one number.
 */
export interface Outputs {
  readonly draw: number;
  readonly tell: number;
  readonly confirm: number;
}

/** Called at the beginning and the end of every step, as "draw begin"; the step waits for it. */
export type AtPosition = (run: StepContext<Outputs>["run"], position: string) => Promise<void>;

export function crashWorkflow(store: Database, at: AtPosition): Workflow<Outputs> {
  const step = <Name extends keyof Outputs>(
    name: Name,
    outside: boolean,
    work: (context: StepContext<Outputs>) => Promise<number>,
  ): Step<Outputs, Name> => ({
    name,
    timeoutMs: 60_000,
    retries: 5,
    backoffMs: 20,
    outside,
    async run(context) {
      await at(context.run, `${name} begin`);
      const output = await work(context);
      await at(context.run, `${name} end`);
      return { output: output as Outputs[Name] };
    },
  });
  const tell = async ({ run, output }: StepContext<Outputs>) => {
    const drawn = output("draw");
    await store.query("insert into witness (run, drawn) values ($1, $2)", [run.id, drawn]);
    return drawn;
  };
  return {
    name: "crash",
    steps: [
      step("draw", false, async () => Math.floor(Math.random() * 1e9)),
      step("tell", true, tell),
      step("confirm", true, tell),
    ],
  };
}
