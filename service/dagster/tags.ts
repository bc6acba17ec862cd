import type { ExecutionTag as Tag } from "./documents.ts";

/** What a run of Dagster is made for. */
export interface Purpose {
  /** Of the store, so that two installations on one Dagster do not take each other's runs. */
  readonly installation: string;
  readonly run: string;
  readonly step: string;
  /** 1 for the first; another one follows a run that was forgotten. */
  readonly launch: number;
}

/** The tags by which a run is found again. Dagster takes no run id of ours, so they alone tell runs apart. */
export function tagsOf({ installation, run, step, launch }: Purpose): readonly Tag[] {
  return [...stepTags({ installation, run, step }), { key: "schemawatch/launch", value: String(launch) }];
}

/** Those that all launches of the step have. */
export function stepTags({ installation, run, step }: Omit<Purpose, "launch">): readonly Tag[] {
  return [
    { key: "schemawatch/installation", value: installation },
    { key: "schemawatch/run", value: run },
    { key: "schemawatch/step", value: step },
  ];
}
