export interface DifferingLine {
  readonly sign: "-" | "+" | " ";
  readonly text: string;
}

/** Same lines shown on each side of what differs. */
const CONTEXT = 1;

/**
 * Two texts line by line: the stretch between their common head and tail, with a line of context on each side. Linear in
 * their length, which a function body of a megabyte needs more than the fewest lines.
 */
export function lineDifference(before: readonly string[], after: readonly string[]): DifferingLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;

  const mark = (lines: readonly string[], sign: DifferingLine["sign"]) =>
    lines.map((text) => ({ sign, text }));
  const end = before.length - tail;
  return [
    ...mark(before.slice(Math.max(0, head - CONTEXT), head), " "),
    ...mark(before.slice(head, end), "-"),
    ...mark(after.slice(head, after.length - tail), "+"),
    ...mark(before.slice(end, end + CONTEXT), " "),
  ];
}
