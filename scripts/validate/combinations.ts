/** Components of one axis exclude each other; null stands for none of them. */
export type Axis = readonly (string | null)[];

/** Which components go together. An environment needs one of each axis that has no null. */
export const AXES: readonly Axis[] = [
  ["postgres", "external-database"],
  // Before the secrets, which patch the pods that are there.
  [null, "dagster-example", "dagster-elsewhere"],
  ["secrets-age", "secrets-kms"],
  [null, "load-balancer", "node-port"],
  [null, "canary"],
  [null, "config-from-git"],
  [null, "queue-scaling"],
  [null, "monitoring"],
  [null, "kubernetes-jobs"],
];

/** Components that are never chosen by themselves, with those that bring them in. */
export const BROUGHT_IN: Readonly<Record<string, readonly string[]>> = {
  secrets: ["secrets-age", "secrets-kms"],
};

/**
 * A few sets of components in which every two that may go together do so at least once. All combinations would be 1152; faults
 * between components nearly always need two (Kuhn, Wallace and Gallo, "Software fault interactions", 2004).
 */
export function combinations(present: readonly string[]): string[][] {
  const axes = AXES.map((axis) => axis.filter((value) => value === null || present.includes(value))).filter(
    (axis) => axis.length > 0,
  );
  const uncovered = new Set<string>();
  for (const [i, one] of axes.entries()) {
    for (const [j, other] of axes.entries()) {
      if (i < j) for (const a of one) for (const b of other) uncovered.add(pair(i, a, j, b));
    }
  }
  const rows: string[][] = [];
  while (uncovered.size > 0) {
    const row = nextRow(axes, uncovered);
    for (const covered of pairsOf(row)) uncovered.delete(covered);
    rows.push(row.flatMap((value) => value ?? []));
  }
  return rows;
}

/** Starts from a pair that is still uncovered, and gives each other axis the value that covers most. */
function nextRow(axes: readonly Axis[], uncovered: ReadonlySet<string>): (string | null | undefined)[] {
  const [first = ""] = uncovered;
  const row: (string | null | undefined)[] = axes.map((axis, index) =>
    axis.find((value) => first.split(" ").includes(`${index}=${value}`)),
  );
  for (const [index, axis] of axes.entries()) {
    if (row[index] !== undefined) continue;
    const gain = (value: string | null) =>
      pairsOf(row.with(index, value)).filter((covered) => uncovered.has(covered)).length;
    row[index] = axis.reduce((best, value) => (gain(value) > gain(best) ? value : best), axis[0] ?? null);
  }
  return row;
}

/** undefined: not chosen yet. */
function pairsOf(row: readonly (string | null | undefined)[]): string[] {
  return row.flatMap((a, i) =>
    row.flatMap((b, j) => (i < j && a !== undefined && b !== undefined ? [pair(i, a, j, b)] : [])),
  );
}

function pair(i: number, a: string | null, j: number, b: string | null): string {
  return `${i}=${a} ${j}=${b}`;
}
