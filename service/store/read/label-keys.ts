import type { Database } from "../../postgres/types.ts";

/** A key of labels with its values, the commonest key first, the values in order. */
export interface LabelKey {
  readonly key: string;
  readonly values: readonly string[];
}

/** A key with more values than these is no good to choose by: it names each database rather than some. */
const MOST_VALUES = 60;
/** More keys than these would crowd the page. */
const MOST_KEYS = 4;

/** What the watched databases can be chosen by: keys that tell at least two of them apart. */
export async function readLabelKeys(store: Database): Promise<readonly LabelKey[]> {
  return store.query<LabelKey>(
    `select key, array_agg(value order by value) as values
     from (
       select l.key, l.value, count(*) as databases
       from schemawatch.database, jsonb_each_text(labels) l
       where watched
       group by 1, 2
     ) v
     group by key
     having count(*) between 2 and $1
     order by sum(databases) desc, key
     limit $2`,
    [MOST_VALUES, MOST_KEYS],
  );
}
