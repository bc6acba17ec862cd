/** How far a step has come with its Job; kept in the journal with the log lines before it. */
export interface Standing {
  /** The Job may have been asked for. */
  readonly asked: boolean;
  readonly namespace: string | null;
  readonly name: string | null;
  /** Once it is known to be there. */
  readonly uid: string | null;
  /** In words, for the page. */
  readonly note: string | null;
  /** The pod whose log is taken, and up to where. */
  readonly pod: string | null;
  readonly cursor: Cursor | null;
  /** Pods whose end was told. */
  readonly told: readonly string[];
  /** Lines of the container's own in our log. */
  readonly lines: number;
}

/** A place in a container's log: the time of a line, and how many lines of that time were taken. */
export interface Cursor {
  readonly time: string;
  readonly count: number;
}

/** Before anything was asked for. */
export const BEGINNING: Standing = {
  asked: false,
  namespace: null,
  name: null,
  uid: null,
  note: null,
  pod: null,
  cursor: null,
  told: [],
  lines: 0,
};

/** What an earlier try kept. Undefined when there was none, or its worker died before it could be written. */
export function standingFrom(kept: unknown): Standing | undefined {
  if (typeof kept !== "object" || kept === null || !("asked" in kept)) return undefined;
  return { ...BEGINNING, ...(kept as Partial<Standing>) };
}
