import { type ObjectChange, worstFirst } from "../catalog/change.ts";
import { concerningOnly } from "../catalog/concern.ts";
import { diffSnapshots } from "../catalog/diff.ts";
import { judge } from "../catalog/judge/judge.ts";
import type { Snapshot } from "../catalog/model.ts";
import { changesAsJson, changesAsText, countChanges } from "./describe-changes.ts";
import { EXIT } from "./exit.ts";
import type { CommandIo } from "./io.ts";

/** For the --help of commands that compare. */
export const COMPARE_HELP = `Of the server's roles and tablespaces only those count that the database names: owners, whom something is granted, the roles
that these are members of, where something lies.

Exit status: 0 the same, 1 different, 2 error (nothing is written to standard output then).

--json prints one document:
  {"changes": [{"kind", "identity", "action": "added|removed|altered|renamed", "from",
    "attributes": {"name": {"before", "after"}}, "contains", "compatibility": "breaking|risky|safe",
    "lock", "lockOn", "rewrite", "scan", "why", "safer", "rules"}]}`;

export interface Said {
  /** The last line of the text: what it means that they are the same, or differ. */
  readonly same: string;
  readonly different: string;
}

/** Prints how `after` differs from `before`, judged and worst first, and returns the exit status. */
export function compare(before: Snapshot, after: Snapshot, json: boolean, said: Said, io: CommandIo): number {
  const changes = changesBetween(before, after);
  if (json) io.print(changesAsJson(changes));
  else if (changes.length === 0) io.print(`${said.same}\n`);
  else io.print(`${changesAsText(changes, io.color)}\n${said.different} (${countChanges(changes)}).\n`);
  return changes.length === 0 ? EXIT.same : EXIT.different;
}

function changesBetween(...snapshots: [Snapshot, Snapshot]): ObjectChange[] {
  const [before, after] = concerningOnly(...snapshots);
  return worstFirst(judge(diffSnapshots(before, after), after));
}
