/** DDL on the tables of verify.sql by which a rule is tried: the rule's name, the statements, and how to measure. */
export interface Example {
  readonly rule: string;
  readonly ddl: string;
  /** Where `lockOn` names no single relation: the one to measure instead. */
  readonly table?: string;
  /** Compares by name, as snapshots in files are compared: there, what was made anew is not told from what was altered. */
  readonly asFiles?: true;
  /** The first server version that knows the statement; 14 when left out. */
  readonly since?: number;
}

/** Rows of a table of examples as examples. */
export function examples(
  rows: readonly (readonly [rule: string, ddl: string, more?: Partial<Example>])[],
): Example[] {
  return rows.map(([rule, ddl, more]) => ({ rule, ddl, ...more }));
}
