import { KINDS } from "../model.ts";
import { readGrant } from "./grant_lines.ts";
import { identity, listAfter, listBefore, type Rule, type Subject, was } from "./rule.ts";

const defaults = {
  kinds: ["default privileges"],
  source: "manual: ALTER DEFAULT PRIVILEGES",
  lock: null,
} as const;
const parameter = { kinds: ["parameter"], source: "manual: GRANT, ON PARAMETER", lock: null } as const;
const largeObject = {
  kinds: ["large object"],
  source: "manual: GRANT, ON LARGE OBJECT",
  lock: null,
} as const;

const change = (s: Subject) => readGrant(listBefore(s, "grants"), listAfter(s, "grants"));
const toAll = (lines: readonly string[]) => lines.some((line) => line.startsWith("PUBLIC: "));

/** Rights on what does not exist yet, on settings and on large objects; security labels. */
export const defaultRightsRules: readonly Rule[] = [
  {
    ...defaults,
    name: "default-privileges-added",
    when: "added",
    compatibility: "risky",
    why: () =>
      "Objects that this role makes from now on have these rights; those that are there keep theirs.",
  },
  {
    ...defaults,
    name: "default-privileges-dropped",
    when: "removed",
    compatibility: "risky",
    why: () =>
      "Objects that this role makes from now on have PostgreSQL's usual rights: readers of new ones may be refused.",
  },
  {
    ...defaults,
    name: "default-privileges-changed",
    when: ["grants"],
    compatibility: "risky",
    why: (s) => {
      const { won, lost } = change(s);
      const told = [
        won.length > 0 && `are granted ${won.join("; ")}`,
        lost.length > 0 && `lack ${lost.join("; ")}`,
      ];
      return `What is made from now on as ${identity(s)} says: new objects ${told.filter(Boolean).join(", and ")}.`;
    },
  },
  {
    ...parameter,
    name: "parameter-granted",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `${toAll(listAfter(s, "grants")) ? "Everybody" : "A role that is no superuser"} may set ${identity(s)} for its sessions, or with ALTER SYSTEM for the whole server.`,
  },
  {
    ...parameter,
    name: "parameter-revoked",
    source: "manual: REVOKE, ON PARAMETER",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Only superusers may set ${was(s)} from now on: SET fails in sessions of the others.`,
  },
  {
    ...largeObject,
    name: "large-object-granted",
    when: "added",
    compatibility: "risky",
    why: (s) => `Large object ${identity(s)} has rights or words of its own now.`,
  },
  {
    ...largeObject,
    name: "large-object-revoked",
    source: "manual: REVOKE, ON LARGE OBJECT",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Only its owner may read large object ${was(s)} from now on, or it is gone.`,
  },
  {
    kinds: KINDS,
    name: "security-label",
    source: "manual: SECURITY LABEL",
    when: ["securityLabels"],
    compatibility: "risky",
    lock: null,
    why: (s) =>
      `What the label's provider (such as SELinux) allows on ${identity(s)}, or hides of it, may be another thing.`,
  },
];
