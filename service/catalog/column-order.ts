import { each, type Slices } from "../slices.ts";
import type { AttributeChange } from "./change.ts";
import { type CatalogObject, objectKey } from "./model.ts";
import type { Pairing } from "./pairing.ts";

/**
 * Columns whose place among the columns that both snapshots have is another one, by their old object: as few as explain
 * the new order. Columns that merely moved up because another was dropped are not among them.
 */
export function* movedColumns(pairing: Pairing): Slices<Map<CatalogObject, AttributeChange>> {
  const tables = new Set<string>();
  yield* each(pairing.pairs, ([old, now]) => {
    if (old === now || old.kind !== "column" || old.parent === undefined) return;
    if (old.attributes.position !== now.attributes.position) tables.add(objectKey(old.parent));
  });
  const moved = new Map<CatalogObject, AttributeChange>();
  if (tables.size === 0) return moved;
  const common = new Map<string, { old: CatalogObject; before: number; after: number }[]>();
  yield* each(pairing.pairs, ([old, now]) => {
    const home = old.parent === undefined ? "" : objectKey(old.parent);
    if (old.kind !== "column" || !tables.has(home)) return;
    const columns = common.get(home) ?? [];
    common.set(home, columns);
    columns.push({
      old,
      before: Number(old.attributes.position),
      after: Number(now.attributes.position),
    });
  });
  yield* each(common.values(), (columns) => {
    columns.sort((a, b) => a.before - b.before);
    const kept = longestRise(columns.map((column) => column.after));
    columns.forEach(({ old, before, after }, index) => {
      if (!kept.has(index)) moved.set(old, { before, after });
    });
  });
  return moved;
}

/** Indexes of a longest rising subsequence: what need not move. */
function longestRise(values: readonly number[]): Set<number> {
  const ends: number[] = [];
  const previous: number[] = [];
  values.forEach((value, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = index;
  });
  const kept = new Set<number>();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) kept.add(at);
  return kept;
}
