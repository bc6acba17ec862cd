import { breathe } from "./breathe.ts";

/** Work on all objects of a large database: yields where others of the process may have their turn, returns what it made. */
export type Slices<T> = Generator<undefined, T>;

/** Items between two places to pause: each of them costs far less than a millisecond. */
const PAUSE_AFTER = 64;
/** How long a slice lasts, in milliseconds: a page that waits for one is not felt to. */
const SLICE_MS = 25;

/** What the work makes, in one go: for commands and whatever nobody waits beside. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** What the work makes, with a turn for others of the process after each slice of it. Rejects with what it throws. */
export async function inSlices<T>(work: Slices<T>): Promise<T> {
  let begun = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() - begun < SLICE_MS) continue;
    await breathe();
    begun = performance.now();
  }
}

/** Array.forEach, for any iterable. */
export function* each<T>(items: Iterable<T>, work: (item: T) => void): Slices<void> {
  let count = 0;
  for (const item of items) {
    work(item);
    count += 1;
    if (count % PAUSE_AFTER === 0) yield;
  }
}

/** Array.map */
export function* mapped<T, Made>(items: Iterable<T>, make: (item: T) => Made): Slices<Made[]> {
  const made: Made[] = [];
  yield* each(items, (item) => made.push(make(item)));
  return made;
}

/** Array.filter */
export function* filtered<T>(items: Iterable<T>, isWanted: (item: T) => boolean): Slices<T[]> {
  const wanted: T[] = [];
  yield* each(items, (item) => {
    if (isWanted(item)) wanted.push(item);
  });
  return wanted;
}

/** Map.groupBy */
export function* grouped<T, Key>(items: Iterable<T>, keyOf: (item: T) => Key): Slices<Map<Key, T[]>> {
  const groups = new Map<Key, T[]>();
  yield* each(items, (item) => {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  });
  return groups;
}

/** Items that are sorted before the runtime's own sorting pauses. */
const RUN = 2048;

/** Array.toSorted, as stable as that: runs of some, merged two by two. */
export function* sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): Slices<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const longer: T[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      longer.push(yield* merged(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = longer;
  }
  return runs[0] ?? [];
}

function* merged<T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): Slices<T[]> {
  const all: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    if (compare(left[l] as T, right[r] as T) <= 0) all.push(left[l++] as T);
    else all.push(right[r++] as T);
    if (all.length % RUN === 0) yield;
  }
  for (; l < left.length; l += 1) all.push(left[l] as T);
  for (; r < right.length; r += 1) all.push(right[r] as T);
  return all;
}
