import { after, arrival, before, identity, MEASURED, type Rule, was } from "./rule.ts";

const trigger = {
  kinds: ["event trigger"],
  source: "manual: 38 Event Triggers",
  lock: null,
} as const;
const language = { kinds: ["language"], source: "manual: CREATE LANGUAGE", lock: null } as const;
const transform = { kinds: ["transform"], source: "manual: CREATE TRANSFORM", lock: null } as const;
const method = { kinds: ["access method"], source: "manual: CREATE ACCESS METHOD", lock: null } as const;

const asleep = (value: unknown): boolean => value === "disabled" || value === "replica";

/** Event triggers, languages, transforms, access methods: of the database, so that no relation is locked. */
export const proceduralRules: readonly Rule[] = [
  {
    ...trigger,
    name: "event-trigger-added",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} runs at each ${after(s, "event") ?? "event"} from now on: when it fails, the DDL of everybody fails; at login, nobody can connect.`,
  },
  {
    ...trigger,
    name: "event-trigger-dropped",
    when: "removed",
    compatibility: "risky",
    why: (s) => `What ${was(s)} did, noted or forbade at DDL is not done any more, without an error.`,
  },
  {
    ...trigger,
    name: "event-trigger-renamed",
    when: "renamed",
    compatibility: "risky",
    why: (s) => `Event triggers run in the order of their names: ${identity(s)} was ${was(s)}.`,
  },
  {
    ...trigger,
    name: "event-trigger-disabled",
    source: "manual: ALTER EVENT TRIGGER",
    when: ["enabled"],
    if: (s) => asleep(after(s, "enabled")),
    compatibility: "risky",
    why: (s) => `What ${identity(s)} did, noted or forbade at DDL is not done any more, without an error.`,
  },
  {
    ...trigger,
    name: "event-trigger-enabled",
    source: "manual: ALTER EVENT TRIGGER",
    when: ["enabled"],
    if: (s) => !asleep(after(s, "enabled")),
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} runs at DDL from now on, or at what replication does; when it fails, that fails.`,
  },
  {
    ...trigger,
    name: "event-trigger-redefined",
    source: MEASURED,
    when: ["event", "function", "tags"],
    compatibility: "risky",
    why: (s) => `${identity(s)} runs at other events, for other statements, or does something else.`,
  },
  {
    ...language,
    kinds: ["language", "transform", "access method"],
    name: "language-added",
    when: "added",
    compatibility: "safe",
    why: arrival,
  },
  {
    ...language,
    name: "language-dropped",
    source: "manual: DROP LANGUAGE",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Functions in ${was(s)} are gone with it.`,
  },
  {
    ...language,
    name: "language-renamed",
    source: "manual: ALTER LANGUAGE",
    when: "renamed",
    compatibility: "risky",
    why: (s) => `Functions follow the rename; CREATE FUNCTION and DO that name ${was(s)} fail.`,
  },
  {
    ...language,
    name: "language-trusted",
    when: ["trusted"],
    if: (s) => after(s, "trusted") === true,
    compatibility: "risky",
    why: (s) => `Every role with USAGE may write functions in ${identity(s)} from now on.`,
  },
  {
    ...language,
    name: "language-untrusted",
    when: ["trusted"],
    if: (s) => before(s, "trusted") === true,
    compatibility: "breaking",
    why: (s) => `Only superusers may write functions in ${identity(s)} from now on.`,
  },
  {
    ...language,
    name: "language-handlers",
    when: ["handler", "inline", "validator"],
    compatibility: "risky",
    why: (s) => `Functions in ${identity(s)} are run or checked by other code from now on.`,
  },
  {
    ...transform,
    name: "transform-dropped",
    source: "manual: DROP TRANSFORM",
    when: "removed",
    compatibility: "breaking",
    why: () => "Functions that were made with this transform are gone with it; others get the value as text.",
  },
  {
    ...transform,
    name: "transform-functions",
    when: ["fromSql", "toSql"],
    compatibility: "risky",
    why: () => "Functions with this transform get or give the type's values in another form.",
  },
  {
    ...method,
    name: "access-method-dropped",
    source: "manual: DROP ACCESS METHOD",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Tables, indexes and operator classes of ${was(s)} are gone with it.`,
  },
  {
    ...method,
    name: "access-method-remade",
    source: MEASURED,
    when: ["handler", "type"],
    compatibility: "breaking",
    why: (s) => `${identity(s)} was dropped and made anew for other code: what was stored by it went.`,
  },
];
