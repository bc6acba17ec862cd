import type { Kind } from "../model.ts";
import {
  after,
  before,
  differs,
  identity,
  listAfter,
  MEASURED,
  ROUTINES,
  type Rule,
  type Subject,
  was,
} from "./rule.ts";
import { routineName } from "./siblings.ts";

const CODE: readonly Kind[] = ["function", "procedure"];
const routine = { kinds: CODE, source: "manual: CREATE FUNCTION", lock: null } as const;

/** The same name with other arguments came, or went, in the same change. */
function twin(s: Subject, action: "added" | "removed"): string | undefined {
  return s.siblings.routines(routineName(was(s))).find((other) => other.action === action)?.identity;
}

function ownPath(s: Subject): boolean {
  return listAfter(s, "settings").some((one) => one.startsWith("search_path"));
}

const VOLATILITIES = ["IMMUTABLE", "STABLE", "VOLATILE"];

function volatility(value: unknown): number {
  const found = VOLATILITIES.indexOf(String(value ?? "VOLATILE").toUpperCase());
  return found < 0 ? VOLATILITIES.length : found;
}

/** What CREATE AGGREGATE takes, besides the types it is called with. */
const AGGREGATION = [
  "type transition state stateSize final finalExtra finalModify initial combine serial deserial",
  "movingTransition movingInverse movingState movingStateSize movingFinal movingFinalExtra movingFinalModify movingInitial",
  "sortOperator parallel",
].flatMap((line) => line.split(" "));

/** Functions, procedures and aggregates. They take no lock on relations; callers see the new form with their next call. */
export const functionRules: readonly Rule[] = [
  {
    ...routine,
    kinds: ROUTINES,
    name: "function-added",
    when: "added",
    if: (s) => twin(s, "removed") === undefined,
    compatibility: "safe",
    why: (s) => `${identity(s)} is new; nobody called it before.`,
  },
  {
    ...routine,
    kinds: ROUTINES,
    name: "function-signature-new",
    when: "added",
    if: (s) => twin(s, "removed") !== undefined,
    compatibility: "safe",
    why: (s) => `${identity(s)} takes the place of ${twin(s, "removed")}, which is gone.`,
  },
  {
    ...routine,
    kinds: ROUTINES,
    name: "function-signature-changed",
    when: "removed",
    if: (s) => twin(s, "added") !== undefined,
    compatibility: "breaking",
    why: (s) =>
      `Callers of ${was(s)} fail unless their arguments fit ${twin(s, "added")}, which took its place.`,
    safer: (s) => `Keep ${was(s)} beside the new form, calling it, until nobody uses it.`,
  },
  {
    ...routine,
    kinds: ROUTINES,
    name: "function-dropped",
    when: "removed",
    if: (s) => twin(s, "added") === undefined,
    compatibility: "breaking",
    why: (s) =>
      `Every caller of ${was(s)} fails from now on, functions with a text body without a warning before.`,
  },
  {
    ...routine,
    kinds: ROUTINES,
    name: "function-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Callers of ${was(s)} fail from now on; views and column defaults follow the rename, function bodies do not.`,
    safer: (s) => `Create ${was(s)} again as a call of ${identity(s)} until nobody uses it.`,
  },
  {
    ...routine,
    name: "function-returns",
    when: ["returns"],
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} returns ${after(s, "returns")} instead of ${before(s, "returns")}; it was dropped and made anew, with what used it.`,
    safer: () => "Give the new form a new name, and drop the old one when nobody uses it.",
  },
  {
    ...routine,
    name: "function-arguments",
    when: ["arguments"],
    compatibility: "breaking",
    why: (s) =>
      `The names or defaults of the arguments of ${identity(s)} changed, from (${before(s, "arguments") ?? ""}) to (${after(s, "arguments") ?? ""}): calls by name or with fewer arguments may fail.`,
  },
  {
    ...routine,
    name: "function-body",
    when: ["body", "parsed", "library", "transforms", "language", "window"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} does something else from the next call on; PostgreSQL does not check what its callers expect.`,
  },
  {
    ...routine,
    name: "function-volatility-loosened",
    source: "manual: 36.7 Function Volatility Categories",
    when: ["volatility"],
    if: (s) => volatility(after(s, "volatility")) > volatility(before(s, "volatility")),
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} is ${after(s, "volatility") ?? "VOLATILE"}: it is called for each row where it was called once, so queries slow down, and indexes and generated columns cannot use it any more.`,
  },
  {
    ...routine,
    name: "function-volatility-tightened",
    source: "manual: 36.7 Function Volatility Categories",
    when: ["volatility"],
    if: (s) => volatility(after(s, "volatility")) < volatility(before(s, "volatility")),
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} is ${after(s, "volatility")}: results are kept where it was called again. If it reads tables or the time, they are wrong.`,
  },
  {
    ...routine,
    name: "function-strict",
    when: ["strict"],
    compatibility: "risky",
    why: (s) =>
      after(s, "strict") === true
        ? `${identity(s)} is not called with a NULL argument any more and gives NULL at once.`
        : `${identity(s)} is called with NULL arguments now, which it never met.`,
  },
  {
    ...routine,
    name: "function-security-definer",
    source: "manual: CREATE FUNCTION, Writing SECURITY DEFINER Functions Safely",
    when: ["security"],
    if: (s) => after(s, "security") === "DEFINER",
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} runs with the rights of its owner, whoever calls it${ownPath(s) ? "" : "; without a search_path of its own, callers can slip their own objects in"}.`,
    safer: (s) =>
      `${ownPath(s) ? "" : `ALTER FUNCTION ${identity(s)} SET search_path = pg_catalog, pg_temp; `}REVOKE EXECUTE ON FUNCTION ${identity(s)} FROM PUBLIC;`,
  },
  {
    ...routine,
    name: "function-security-invoker",
    when: ["security"],
    if: (s) => before(s, "security") === "DEFINER",
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} runs with the rights of its caller: callers without rights on what it uses fail.`,
    safer: () => "Grant the callers what the function needs first.",
  },
  {
    ...routine,
    name: "function-settings",
    when: ["settings"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} runs with other settings: with another search_path, names in its body mean other objects.`,
  },
  {
    ...routine,
    name: "function-trusted",
    when: ["parallel", "leakproof"],
    compatibility: "risky",
    why: (s) =>
      `The planner trusts ${identity(s)} otherwise (${differs(s, "leakproof") ? "LEAKPROOF runs before row policies" : `PARALLEL ${after(s, "parallel") ?? "UNSAFE"}`}): wrong trust gives wrong results or leaks rows.`,
  },
  {
    ...routine,
    name: "function-planner-estimates",
    when: ["cost", "rows", "support"],
    compatibility: "safe",
    why: (s) =>
      `The planner expects another cost or row count of ${identity(s)}; plans may change, results do not.`,
  },
  {
    kinds: ["aggregate"],
    name: "aggregate-redefined",
    source: MEASURED,
    when: ["arguments", "returns"],
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `${identity(s)} takes or gives another type; it was dropped and made anew, with what used it.`,
  },
  {
    kinds: ["aggregate"],
    name: "aggregate-computes-otherwise",
    source: "manual: CREATE AGGREGATE",
    when: AGGREGATION,
    if: (s) => !differs(s, "arguments", "returns"),
    compatibility: "risky",
    lock: null,
    why: (s) => `${identity(s)} computes its result otherwise from the next query on.`,
  },
];
