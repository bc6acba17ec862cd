import { atOnce, mapped, type Slices } from "../../slices.ts";
import { type Difference, type Judgement, type LockMode, type ObjectChange, worst } from "../change.ts";
import { type CatalogObject, KINDS } from "../model.ts";
import { adviceRules } from "./advice.ts";
import { nameAdviceRules } from "./advice_names.ts";
import { columnTypeRules } from "./column_types.ts";
import { columnRules } from "./columns.ts";
import { constraintChangeRules } from "./constraint_changes.ts";
import { constraintRules } from "./constraints.ts";
import { containerRules } from "./containers.ts";
import { defaultRightsRules } from "./default_rights.ts";
import { foreignRules } from "./foreign.ts";
import { functionRules } from "./functions.ts";
import { indexRules } from "./indexes.ts";
import { operatorRules } from "./operators.ts";
import { proceduralRules } from "./procedural.ts";
import { replicationRules } from "./replication.ts";
import { rewriteRules } from "./rewrite_rules.ts";
import { roleRules } from "./roles.ts";
import { onForeign, type Rule, relation, type Subject } from "./rule.ts";
import { securityRules } from "./security.ts";
import { sequenceRules } from "./sequences.ts";
import { serverRules } from "./server.ts";
import { sharedRules } from "./shared.ts";
import { siblingsOf } from "./siblings.ts";
import { tableRules } from "./tables.ts";
import { textRules } from "./textsearch.ts";
import { triggerRules } from "./triggers.ts";
import { typeRules } from "./types.ts";
import { viewRules } from "./views.ts";

/** What the judgement needs to know besides the differences. */
export interface JudgeContext {
  /** e.g. 180004, of the snapshot after. */
  readonly serverVersionNum: number;
  /** All objects after the change, where they are at hand: some rules look at what else a table has. A Snapshot is a context. */
  readonly objects?: readonly CatalogObject[];
}

/** Every rule, by family. */
export const RULES: readonly Rule[] = [
  ...columnRules,
  ...columnTypeRules,
  ...here(constraintRules),
  ...here(constraintChangeRules),
  ...indexRules,
  ...tableRules,
  ...viewRules,
  ...typeRules,
  ...functionRules,
  ...triggerRules,
  ...securityRules,
  ...sequenceRules,
  ...containerRules,
  ...operatorRules,
  ...textRules,
  ...roleRules,
  ...serverRules,
  ...foreignRules,
  ...replicationRules,
  ...rewriteRules,
  ...proceduralRules,
  ...defaultRightsRules,
  ...sharedRules,
  ...adviceRules,
  ...nameAdviceRules,
];

/** Rules of what has its rows here: not of a foreign table's parts, which nothing checks. */
function here(rules: readonly Rule[]): Rule[] {
  return rules.map((rule) => ({ ...rule, if: (s) => !onForeign(s) && (rule.if?.(s) ?? true) }));
}

const RULES_OF = new Map(KINDS.map((kind) => [kind, RULES.filter((rule) => rule.kinds.includes(kind))]));

const WORST_FIRST = { breaking: 0, risky: 1, safe: 2 } as const;
/** Weakest first (manual, 13.3.1). */
const LOCKS: readonly (LockMode | null)[] = [
  null,
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
];
/** Further reasons that are told beside the decisive one. */
const MORE_REASONS = 2;

/**
 * The differences with their judgement, in the same order. Of several rules that fit one difference the worst decides:
 * its reason comes first, its safer way is told; the lock is the strongest of all. A difference that no rule knows is
 * risky and says so.
 */
export function judge(differences: readonly Difference[], context: JudgeContext): ObjectChange[] {
  return atOnce(judgeSlices(differences, context));
}

/** The same in slices, for any number of differences. */
export function* judgeSlices(
  differences: readonly Difference[],
  context: JudgeContext,
): Slices<ObjectChange[]> {
  const { serverVersionNum, objects } = context;
  const siblings = yield* siblingsOf(differences);
  const partsOf = partsByTable(objects);
  return yield* mapped(differences, (difference) => ({
    ...difference,
    ...judgeOne({ difference, siblings, serverVersionNum, partsOf }),
  }));
}

/** Sorts the objects once, when the first rule asks. */
function partsByTable(objects: readonly CatalogObject[] | undefined): Subject["partsOf"] {
  let byTable: Map<string, CatalogObject[]> | undefined;
  return (table) => {
    if (objects === undefined) return undefined;
    byTable ??= Map.groupBy(
      objects.filter(({ kind }) => kind === "constraint" || kind === "index"),
      (object) => object.parent?.identity ?? "",
    );
    return byTable.get(table) ?? [];
  };
}

function judgeOne(subject: Subject): Judgement {
  const rules = (RULES_OF.get(subject.difference.kind) ?? [])
    .filter((rule) => matches(rule, subject))
    .sort((a, b) => WORST_FIRST[a.compatibility] - WORST_FIRST[b.compatibility]);
  if (rules.length === 0) return unknown(subject);
  const strongest = rules.reduce((a, b) => (LOCKS.indexOf(b.lock) > LOCKS.indexOf(a.lock) ? b : a));
  const reasons = [...new Set(rules.map((rule) => rule.why(subject)))];
  return {
    compatibility: worst(rules.map((rule) => rule.compatibility)),
    lock: strongest.lock,
    lockOn: strongest.lock === null ? null : (strongest.lockOn ?? relation)(subject),
    rewrite: rules.some((rule) => rule.rewrite === true),
    scan: rules.some((rule) => rule.scan === true),
    why: reasons.slice(0, 1 + MORE_REASONS).join(" "),
    safer: rules.map((rule) => rule.safer?.(subject) ?? null).find((one) => one !== null) ?? null,
    rules: rules.map((rule) => rule.name),
  };
}

/** Whether a rule of its kind speaks of this difference. Attributes count where an object stays; all of a new one's are new. */
function matches(rule: Rule, subject: Subject): boolean {
  const { action, attributes } = subject.difference;
  const applies =
    typeof rule.when === "string"
      ? rule.when === action
      : (action === "altered" || action === "renamed") &&
        rule.when.some((attribute) => attribute in attributes);
  return applies && (rule.if?.(subject) ?? true);
}

function unknown(subject: Subject): Judgement {
  const { kind, identity, action, attributes } = subject.difference;
  const what =
    action === "altered"
      ? `${Object.keys(attributes).join(", ")} of ${kind} ${identity}`
      : `${kind} ${identity}`;
  return {
    compatibility: "risky",
    lock: null,
    lockOn: null,
    rewrite: false,
    scan: false,
    why: `No rule knows this change (${action}: ${what}), so what it does to readers and writers is not known.`,
    safer: null,
    rules: ["unknown"],
  };
}
