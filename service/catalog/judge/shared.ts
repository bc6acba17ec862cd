import { KINDS } from "../model.ts";
import {
  after,
  before,
  differs,
  identity,
  LOCKING,
  MEASURED,
  RELATIONS,
  type Rule,
  relation,
} from "./rule.ts";

const BELOW = KINDS.filter((kind) => !RELATIONS.includes(kind));

/** What every kind has: an owner and a comment. */
export const sharedRules: readonly Rule[] = [
  {
    kinds: RELATIONS,
    name: "relation-owner",
    source: "manual: ALTER TABLE, OWNER TO",
    when: ["owner"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${identity(s)} belongs to ${after(s, "owner")} instead of ${before(s, "owner")}, who cannot alter it any more and has the rights that are granted only; views run with their owner's rights.`,
  },
  {
    kinds: BELOW,
    name: "object-owner",
    source: "manual: ALTER … OWNER TO",
    when: ["owner"],
    compatibility: "risky",
    lock: null,
    why: (s) =>
      `${identity(s)} belongs to ${after(s, "owner")} instead of ${before(s, "owner")}; SECURITY DEFINER functions run with their owner's rights.`,
  },
  {
    kinds: [...RELATIONS, "column"],
    name: "relation-comment",
    source: LOCKING,
    when: ["comment"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: relation,
    why: (s) => `Only the comment on ${identity(s)} changed.`,
  },
  {
    kinds: ["column"],
    name: "column-part-comment",
    source: MEASURED,
    when: ["identityComment", "notNullComment"],
    compatibility: "safe",
    lock: null,
    why: (s) => `Only the comment on the sequence or the NOT NULL of ${identity(s)} changed.`,
  },
  {
    kinds: BELOW.filter((kind) => kind !== "column"),
    name: "object-comment",
    source: MEASURED,
    when: ["comment", "fieldComments", "constraintComments", "indexComment"],
    compatibility: "safe",
    lock: null,
    why: (s) =>
      `Only ${differs(s, "comment") ? "the comment on" : "a comment on a part of"} ${identity(s)} changed.`,
  },
];
