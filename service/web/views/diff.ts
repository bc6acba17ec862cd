import { type Html, html } from "../html.ts";
import { plural } from "./format.ts";

/** A piece of text that both sides have, or one only. */
export interface Piece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond this many cells the longest common subsequence is not worth its time: all that is not a common end is shown as replaced. */
const MAX_CELLS = 400_000;
/** Pairs of lines whose words are compared, and the cells each may take: thousands of long lines must not keep a page waiting. */
const MAX_WORD_PAIRS = 200;
const MAX_PAIR_CELLS = 40_000;
/** Unchanged lines shown around a difference. */
const CONTEXT = 3;
/** Characters shown of each end of a piece of text: a function of a megabyte in one line must not freeze the browser. */
const MAX_END = 1000;
/** A text longer than this is not cut into words. */
const MAX_WORDS_IN = 200_000;

/** How two lists differ, by their longest common subsequence; beyond `maxCells` all but their common ends counts as replaced. */
export function diffLists(
  before: readonly string[],
  after: readonly string[],
  maxCells = MAX_CELLS,
): Piece[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const same = (text: string): Piece => ({ kind: "same", text });
  return [
    ...before.slice(0, start).map(same),
    ...diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end), maxCells),
    ...before.slice(before.length - end).map(same),
  ];
}

function diffMiddle(before: readonly string[], after: readonly string[], maxCells: number): Piece[] {
  const removed = (text: string): Piece => ({ kind: "removed", text });
  const added = (text: string): Piece => ({ kind: "added", text });
  const columns = after.length + 1;
  if (before.length * after.length > maxCells || before.length === 0 || after.length === 0) {
    return [...before.map(removed), ...after.map(added)];
  }
  // lengths[i * columns + j]: of the longest common subsequence of before[i…] and after[j…].
  const lengths = new Uint32Array((before.length + 1) * columns);
  const at = (i: number, j: number) => lengths[i * columns + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * columns + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    const [left, right] = [before[i] as string, after[j] as string];
    if (left === right) {
      pieces.push({ kind: "same", text: left });
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      pieces.push(removed(left));
      i++;
    } else {
      pieces.push(added(right));
      j++;
    }
  }
  return [...pieces, ...before.slice(i).map(removed), ...after.slice(j).map(added)];
}

/** Both sides of a text with what differs marked word by word. */
export function wordDiff(
  before: string,
  after: string,
  maxCells = MAX_CELLS,
): { readonly before: Html; readonly after: Html } {
  // The common ends go first, as text: cutting megabytes into words takes seconds.
  const [start, end] = commonEnds(before, after);
  const middle = (text: string) => words(text.slice(start, text.length - end));
  const pieces: Piece[] = [
    { kind: "same", text: before.slice(0, start) },
    ...diffLists(middle(before), middle(after), maxCells),
    { kind: "same", text: before.slice(before.length - end) },
  ];
  return { before: side(pieces, "removed"), after: side(pieces, "added") };
}

/** How long the common beginning and end of two texts are, without the words that a difference may be part of. */
function commonEnds(before: string, after: string): [start: number, end: number] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  while (start > 0 && before[start - 1] !== " ") start--;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  while (end > 0 && before[before.length - end] !== " ") end--;
  return [start, end];
}

/** A text with its middle left out where it is too long to be shown. */
function clip(text: string): string {
  const left = text.length - 2 * MAX_END;
  if (left <= 0) return text;
  return `${text.slice(0, MAX_END)} … ${plural(left, "more character")} … ${text.slice(-MAX_END)}`;
}

/** Names and numbers whole, spaces in a row, every other sign for itself: "numeric(12,2)" is six words. */
function words(text: string): string[] {
  if (text.length > MAX_WORDS_IN) return [text];
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

function side(pieces: readonly Piece[], kind: "removed" | "added"): Html {
  const parts: Piece[] = [];
  for (const piece of pieces) {
    if (piece.kind !== "same" && piece.kind !== kind) continue;
    const last = parts.at(-1);
    if (last?.kind === piece.kind)
      parts[parts.length - 1] = { kind: piece.kind, text: last.text + piece.text };
    else parts.push(piece);
  }
  return html`${parts.map((part) => {
    const text = clip(part.text);
    if (part.kind === "same") return text;
    return kind === "removed" ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
  })}`;
}

/** One row of a line diff; a side that is null has no line there. */
export interface DiffRow {
  readonly before: { readonly number: number; readonly text: Html } | null;
  readonly after: { readonly number: number; readonly text: Html } | null;
  readonly changed: boolean;
}

/** Rows side by side; a number stands for that many unchanged lines left out. A removed line beside an added one is compared by word. */
export function lineDiff(before: string, after: string): (DiffRow | number)[] {
  const rows: DiffRow[] = [];
  let [left, right] = [0, 0];
  let pairs = 0;
  let removed: string[] = [];
  let added: string[] = [];
  const flush = () => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      const [old, fresh] = [removed[i], added[i]];
      const pair = old !== undefined && fresh !== undefined && pairs++ < MAX_WORD_PAIRS;
      const marked = pair ? wordDiff(old, fresh, MAX_PAIR_CELLS) : null;
      rows.push({
        before:
          old === undefined
            ? null
            : { number: ++left, text: marked?.before ?? html`<del>${clip(old)}</del>` },
        after:
          fresh === undefined
            ? null
            : { number: ++right, text: marked?.after ?? html`<ins>${clip(fresh)}</ins>` },
        changed: true,
      });
    }
    removed = [];
    added = [];
  };
  for (const piece of diffLists(before.split("\n"), after.split("\n"))) {
    if (piece.kind === "removed") removed.push(piece.text);
    else if (piece.kind === "added") added.push(piece.text);
    else {
      flush();
      const text = html`${clip(piece.text)}`;
      rows.push({ before: { number: ++left, text }, after: { number: ++right, text }, changed: false });
    }
  }
  flush();
  return fold(rows);
}

/** Leaves out unchanged lines further than CONTEXT from a difference. */
function fold(rows: readonly DiffRow[]): (DiffRow | number)[] {
  const near = new Set<number>();
  rows.forEach((row, index) => {
    if (row.changed) for (let i = index - CONTEXT; i <= index + CONTEXT; i++) near.add(i);
  });
  const result: (DiffRow | number)[] = [];
  rows.forEach((row, index) => {
    const last = result.at(-1);
    if (near.has(index)) result.push(row);
    else if (typeof last === "number") result[result.length - 1] = last + 1;
    else result.push(1);
  });
  return result;
}
