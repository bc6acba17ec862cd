import { after, before, identity, MEASURED, onlyDiffers, ownName, type Rule, relation, was } from "./rule.ts";

const trigger = {
  kinds: ["trigger"],
  source: "manual: CREATE TRIGGER",
  lock: "SHARE ROW EXCLUSIVE",
} as const;

/** Triggers. */
export const triggerRules: readonly Rule[] = [
  {
    ...trigger,
    name: "trigger-added",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `Writes to ${relation(s)} run ${ownName(s)} from now on: they take longer, may change the row, and fail when it fails. The table refused writes for an instant.`,
  },
  {
    ...trigger,
    name: "trigger-dropped",
    source: "manual: DROP TRIGGER",
    when: "removed",
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) => `What ${was(s)} did on writes to ${relation(s)} is not done any more, without an error.`,
  },
  {
    ...trigger,
    name: "trigger-renamed",
    source: "manual: ALTER TRIGGER",
    when: "renamed",
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `Triggers of ${relation(s)} run in the order of their names: ${ownName(s)} may run before or after others now.`,
  },
  {
    ...trigger,
    name: "trigger-disabled",
    source: "manual: ALTER TABLE, DISABLE TRIGGER",
    when: ["enabled"],
    if: (s) => /disabled|replica|^[DR]$/i.test(String(after(s, "enabled"))),
    compatibility: "risky",
    why: (s) => `What ${ownName(s)} did on writes to ${relation(s)} is not done any more, without an error.`,
  },
  {
    ...trigger,
    name: "trigger-enabled",
    source: "manual: ALTER TABLE, ENABLE TRIGGER",
    when: ["enabled"],
    if: (s) => !/disabled|replica|^[DR]$/i.test(String(after(s, "enabled"))) && before(s, "enabled") !== null,
    compatibility: "risky",
    why: (s) =>
      `${ownName(s)} runs on writes to ${relation(s)} again; what was written meanwhile did not pass it.`,
  },
  {
    ...trigger,
    name: "trigger-redefined",
    source: MEASURED,
    when: ["definition", "function"],
    if: (s) => !onlyDiffers(s, "enabled"),
    compatibility: "risky",
    why: (s) => `${identity(s)} runs at another time or calls another function from now on.`,
  },
];
