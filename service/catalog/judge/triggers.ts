import type { AttributeValue } from "../model.ts";
import {
  after,
  before,
  identity,
  listAfter,
  listBefore,
  MEASURED,
  onlyDiffers,
  ownName,
  type Rule,
  relation,
  type Subject,
  was,
} from "./rule.ts";

const trigger = {
  kinds: ["trigger"],
  source: "manual: CREATE TRIGGER",
  lock: "SHARE ROW EXCLUSIVE",
} as const;

/** Whether a trigger with that state does nothing on the writes of ordinary sessions. */
function asleep(enabled: AttributeValue): boolean {
  return enabled === "disabled" || enabled === "replica";
}

/** Partitions on which a trigger is switched otherwise than before. */
function switchedOn(s: Subject): string[] {
  const [old, now] = [listBefore(s, "partitions"), listAfter(s, "partitions")];
  const differing = [...old.filter((one) => !now.includes(one)), ...now.filter((one) => !old.includes(one))];
  return [...new Set(differing.map((one) => one.slice(0, one.lastIndexOf(": "))))];
}

/** Triggers, and those by which constraints are enforced. */
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
    if: (s) => asleep(after(s, "enabled")),
    compatibility: "risky",
    why: (s) => `What ${ownName(s)} did on writes to ${relation(s)} is not done any more, without an error.`,
  },
  {
    ...trigger,
    name: "trigger-enabled",
    source: "manual: ALTER TABLE, ENABLE TRIGGER",
    when: ["enabled"],
    if: (s) => !asleep(after(s, "enabled")) && asleep(before(s, "enabled")),
    compatibility: "risky",
    why: (s) =>
      `${ownName(s)} runs on writes to ${relation(s)} again; what was written meanwhile did not pass it.`,
  },
  {
    ...trigger,
    name: "trigger-replicated",
    source: "manual: ALTER TABLE, ENABLE ALWAYS TRIGGER",
    when: ["enabled"],
    if: (s) => !asleep(after(s, "enabled")) && !asleep(before(s, "enabled")),
    compatibility: "risky",
    why: (s) =>
      `Whether ${ownName(s)} runs on what replication writes to ${relation(s)} changed; on other writes it runs as before.`,
  },
  {
    ...trigger,
    kinds: ["table"],
    name: "constraints-switched-off",
    source: "manual: ALTER TABLE, DISABLE TRIGGER ALL",
    when: ["constraintsOff"],
    if: (s) => after(s, "constraintsOff") === true,
    compatibility: "risky",
    why: (s) =>
      `Foreign keys and deferrable keys of ${identity(s)} are not enforced any more, without an error: rows that break them come in.`,
    safer: (s) => `ALTER TABLE ${identity(s)} DISABLE TRIGGER USER; leaves the constraints alone.`,
  },
  {
    ...trigger,
    kinds: ["table"],
    name: "constraints-switched-on",
    source: "manual: ALTER TABLE, ENABLE TRIGGER ALL",
    when: ["constraintsOff"],
    if: (s) => after(s, "constraintsOff") !== true,
    compatibility: "risky",
    why: (s) =>
      `Foreign keys and deferrable keys of ${identity(s)} are enforced again; what was written meanwhile was not checked.`,
  },
  {
    ...trigger,
    name: "trigger-on-partition",
    source: "manual: ALTER TABLE, DISABLE TRIGGER",
    when: ["partitions"],
    lockOn: (s) => switchedOn(s)[0] ?? relation(s),
    compatibility: "risky",
    why: (s) =>
      `${ownName(s)} is switched on or off on ${switchedOn(s).join(", ")} otherwise than before: what is written there passes it where it did not, or does not any more, without an error.`,
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
