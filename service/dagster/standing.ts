/** How far a step has come with Dagster; kept in the journal with the log lines before it. */
export interface Standing {
  /** The launch that is under way: 1 for the first. */
  readonly launch: number;
  /** Its launch may have been asked for. */
  readonly asked: boolean;
  readonly runId: string | null;
  /** Dagster's own page of the run. */
  readonly link: string | null;
  /** Up to where its events are in our log. */
  readonly cursor: string | null;
  /** In words, for the page. */
  readonly note: string | null;
  /** Lines of the job's own in our log. */
  readonly lines: number;
  /** Steps of Dagster's run that are done. */
  readonly done: number;
  /** Why it failed, as its first failure says. */
  readonly reason: string | null;
}

/** Before anything was asked for. */
export const BEGINNING: Standing = {
  launch: 1,
  asked: false,
  runId: null,
  link: null,
  cursor: null,
  note: null,
  lines: 0,
  done: 0,
  reason: null,
};

/** What an earlier try kept. Undefined when there was none, or its worker died before it could be written. */
export function standingFrom(kept: unknown): Standing | undefined {
  if (typeof kept !== "object" || kept === null || !("launch" in kept)) return undefined;
  return { ...BEGINNING, ...(kept as Partial<Standing>) };
}
