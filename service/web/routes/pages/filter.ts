import type { Database } from "../../../postgres/types.ts";
import { readLabelKeys } from "../../../store/read/label-keys.ts";
import { readNames } from "../../../store/read/names.ts";
import { SMALL } from "../../views/fleet.ts";
import type { Narrowing } from "../../views/lists.ts";

/** What a list can be narrowed to: one of a few databases, or some of a fleet by name and labels. */
export async function readNarrowing(store: Database): Promise<Narrowing> {
  const [names, keys] = await Promise.all([readNames(store, SMALL + 1), readLabelKeys(store)]);
  return { databases: names.length > SMALL ? null : names, keys };
}

/** Whether a form left a field empty: its address without it says the same, and is the one to keep. */
export function hasEmpty(query: URLSearchParams): boolean {
  return [...query.values()].includes("");
}

/**
 * How the answer to a search in place changes the browser's history: another choice is an entry of its own, a few more
 * letters of the same search are not.
 */
export function historyHeader(request: Request, address: string): Record<string, string> {
  const here = URL.parse(request.headers.get("hx-current-url") ?? "");
  const there = new URL(address, request.url);
  if (here === null || here.pathname + here.search === address) return {};
  const without = ({ searchParams }: URL) => {
    const others = new URLSearchParams(searchParams);
    others.delete("search");
    others.delete("cursor");
    return others.toString();
  };
  const typing = here.searchParams.has("search") && there.searchParams.has("search");
  const name = typing && without(here) === without(there) ? "hx-replace-url" : "hx-push-url";
  return { [name]: address };
}
