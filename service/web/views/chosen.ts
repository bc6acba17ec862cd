import { type Label, labelText, parseLabel } from "../../labels.ts";
import {
  DATABASE_STATES,
  DATABASE_STATUSES,
  type DatabaseState,
  type DatabaseStatus,
  LAST_RUNS,
  type LastRun,
} from "../../store/models.ts";

/** What the home page's address chooses: by name and labels, and by how a database stands. */
export interface Chosen {
  /** Part of a name; empty for any. */
  readonly search: string;
  readonly labels: readonly Label[];
  readonly state: DatabaseState | null;
  readonly status: DatabaseStatus | null;
  readonly run: LastRun | null;
}

/** Names are no longer (config/types.ts). */
export const MAX_SEARCH = 63;

/** What an address chooses. A word that does not exist chooses nothing, nor does an empty one, as forms send them. */
export function chosenOf(query: URLSearchParams): Chosen {
  const word = <T extends string>(name: string, words: readonly T[]) =>
    words.find((one) => one === query.get(name)) ?? null;
  return {
    ...databasesOf(query),
    state: word("state", DATABASE_STATES),
    status: word("status", DATABASE_STATUSES),
    run: word("run", LAST_RUNS),
  };
}

/** The part of a choice that every list has: which databases. */
export function databasesOf(query: URLSearchParams): Pick<Chosen, "search" | "labels"> {
  const labels = new Map<string, Label>();
  for (const text of query.getAll("label")) {
    const label = parseLabel(text);
    if (label !== null) labels.set(text, label);
  }
  return { search: (query.get("search") ?? "").trim().slice(0, MAX_SEARCH), labels: [...labels.values()] };
}

/** Whether it leaves anything out. */
export function isNarrowed({ search, labels, state, status, run }: Chosen): boolean {
  return search !== "" || labels.length > 0 || state !== null || status !== null || run !== null;
}

/** The address of a choice at `path`, with more parameters where there are any; what is null or empty is left out. */
export function addressOf(
  path: string,
  { labels = [], ...words }: Partial<Chosen>,
  more: Readonly<Record<string, string | null>> = {},
): string {
  const query = new URLSearchParams();
  const { search, ...others } = words;
  if (search) query.set("search", search);
  for (const label of labels) query.append("label", labelText(label));
  for (const [name, value] of Object.entries({ ...others, ...more })) if (value) query.set(name, value);
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
