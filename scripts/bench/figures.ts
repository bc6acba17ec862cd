/** A measured figure beside what was promised of it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "s" | "MiB" | "% of a core" | "runs/min" | "count" | "kB" | "MB" | "×" | "%" | "tps";
  /** The promise; absent for figures that only inform. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What the Flask and Dagster set-up needs, as text, where known. */
  readonly peer?: string;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Runs only when it is named: it needs more than this repository installs. */
  readonly onlyByName?: boolean;
  run(progress: (text: string) => void): Promise<Figure[]>;
}

/** Whether a figure is as promised; one without a promise is. */
export function held(figure: Figure): boolean {
  if (figure.atMost !== undefined && figure.value > figure.atMost) return false;
  return figure.atLeast === undefined || figure.value >= figure.atLeast;
}

/** The p-th percentile (0–100) by nearest rank; NaN for none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle one, by nearest rank. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** Figures as an aligned table for a terminal or a README. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.value)} ${figure.unit}`,
    promise(figure),
    figure.atMost === undefined && figure.atLeast === undefined ? "" : held(figure) ? "held" : "MISSED",
    figure.peer ?? "",
  ]);
  const head = ["figure", "measured", "promised", "", "Flask and Dagster"];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function promise(figure: Figure): string {
  if (figure.atMost !== undefined) return `≤ ${figure.atMost} ${figure.unit}`;
  if (figure.atLeast !== undefined) return `≥ ${figure.atLeast} ${figure.unit}`;
  return "";
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
