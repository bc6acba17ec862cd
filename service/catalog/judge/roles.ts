import {
  after,
  arrival,
  before,
  differs,
  identity,
  listAfter,
  listBefore,
  type Rule,
  type Subject,
  was,
} from "./rule.ts";

const role = { kinds: ["role"], source: "manual: ALTER ROLE", lock: null } as const;

/** What a role may do beyond its grants, in words. */
const POWERS = {
  superuser: "everything",
  createRole: "make and change roles",
  createDatabase: "make databases",
  replication: "copy the whole server",
  bypassRowSecurity: "see rows that policies hide",
} as const;

function powers(s: Subject, side: typeof after): string[] {
  return Object.entries(POWERS)
    .filter(([attribute]) => differs(s, attribute) && side(s, attribute) === true)
    .map(([, words]) => words);
}

/** The roles that a list of memberships names; options aside. */
function names(lines: readonly string[]): string[] {
  return lines.map((line) => /^("(?:[^"]|"")*"|\S+)/.exec(line)?.[0] ?? line);
}

function left(s: Subject): string[] {
  const now = names(listAfter(s, "memberOf"));
  return names(listBefore(s, "memberOf")).filter((one) => !now.includes(one));
}

function joined(s: Subject): string[] {
  const old = names(listBefore(s, "memberOf"));
  return names(listAfter(s, "memberOf")).filter((one) => !old.includes(one));
}

/** Limits as numbers and dates that sort; none is the highest. */
function limit(value: unknown): number {
  return value === null ? Number.POSITIVE_INFINITY : Number(value);
}

function until(value: unknown): string {
  return value === null || value === "infinity" ? "~" : value === "-infinity" ? "" : String(value);
}

const MEMBERSHIPS: readonly Rule[] = [
  {
    ...role,
    name: "role-left",
    source: "manual: REVOKE",
    when: ["memberOf"],
    if: (s) => left(s).length > 0,
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} is not in ${left(s).join(", ")} any more: statements that need those rights fail.`,
  },
  {
    ...role,
    name: "role-joined",
    source: "manual: GRANT",
    when: ["memberOf"],
    if: (s) => joined(s).length > 0,
    compatibility: "risky",
    why: (s) => `${identity(s)} is in ${joined(s).join(", ")} and has, or can take, those rights.`,
  },
  {
    ...role,
    name: "role-membership-options",
    source: "manual: GRANT",
    when: ["memberOf"],
    if: (s) => left(s).length === 0 && joined(s).length === 0,
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} is in the same roles on other terms: whether it has their rights at once, can become them or pass them on.`,
  },
];

/** Roles and their memberships. They belong to the server: each of its databases tells them. */
export const roleRules: readonly Rule[] = [
  {
    ...role,
    name: "role-added",
    source: "manual: CREATE ROLE",
    when: "added",
    if: (s) => powers(s, after).length === 0,
    compatibility: "safe",
    why: arrival,
  },
  {
    ...role,
    name: "role-added-powerful",
    source: "manual: CREATE ROLE",
    when: "added",
    if: (s) => powers(s, after).length > 0,
    compatibility: "risky",
    why: (s) => `${identity(s)} is new and may ${powers(s, after).join(", ")}.`,
  },
  {
    ...role,
    name: "role-dropped",
    source: "manual: DROP ROLE",
    when: "removed",
    compatibility: "breaking",
    why: (s) =>
      `Nobody can be ${was(s)} any more: its logins and SET ROLE fail, its members lose its rights.`,
    safer: (s) => `ALTER ROLE ${was(s)} NOLOGIN; and drop it when nobody missed it.`,
  },
  {
    ...role,
    name: "role-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Logins and SET ROLE as ${was(s)} fail from now on, and so does an MD5 password of ${identity(s)}, which the name is part of.`,
  },
  {
    ...role,
    name: "role-login-lost",
    when: ["login"],
    if: (s) => before(s, "login") === true,
    compatibility: "breaking",
    why: (s) => `${identity(s)} cannot log in any more; sessions that it has go on.`,
  },
  {
    ...role,
    name: "role-login-won",
    when: ["login"],
    if: (s) => after(s, "login") === true,
    compatibility: "risky",
    why: (s) => `${identity(s)} can log in from now on.`,
  },
  {
    ...role,
    name: "role-powers-lost",
    when: Object.keys(POWERS),
    if: (s) => powers(s, before).length > 0,
    compatibility: "breaking",
    why: (s) => `${identity(s)} may not ${powers(s, before).join(", ")} any more.`,
  },
  {
    ...role,
    name: "role-powers-won",
    when: Object.keys(POWERS),
    if: (s) => powers(s, after).length > 0,
    compatibility: "risky",
    why: (s) => `${identity(s)} may ${powers(s, after).join(", ")} from now on.`,
  },
  {
    ...role,
    name: "role-inherit-lost",
    when: ["inherit"],
    if: (s) => after(s, "inherit") === false,
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} has the rights of roles that it is in only after SET ROLE; from PostgreSQL 16, of roles that it joins from now on.`,
  },
  {
    ...role,
    name: "role-inherit-won",
    when: ["inherit"],
    if: (s) => after(s, "inherit") !== false,
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} has the rights of roles that it is in without SET ROLE; from PostgreSQL 16, of roles that it joins from now on.`,
  },
  {
    ...role,
    name: "role-connections-fewer",
    when: ["connectionLimit"],
    if: (s) => limit(after(s, "connectionLimit")) < limit(before(s, "connectionLimit")),
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} is refused beyond ${after(s, "connectionLimit")} connections; a pool that opens more fails.`,
  },
  {
    ...role,
    name: "role-connections-more",
    when: ["connectionLimit"],
    if: (s) => limit(after(s, "connectionLimit")) > limit(before(s, "connectionLimit")),
    compatibility: "safe",
    why: (s) => `${identity(s)} may open more connections.`,
  },
  {
    ...role,
    name: "role-valid-shorter",
    when: ["validUntil"],
    if: (s) => until(after(s, "validUntil")) < until(before(s, "validUntil")),
    compatibility: "risky",
    why: (s) =>
      `The password of ${identity(s)} counts until ${after(s, "validUntil")} only; logins with it fail after that.`,
  },
  {
    ...role,
    name: "role-valid-longer",
    when: ["validUntil"],
    if: (s) => until(after(s, "validUntil")) >= until(before(s, "validUntil")),
    compatibility: "safe",
    why: (s) =>
      `The password of ${identity(s)} counts ${after(s, "validUntil") === null ? "without end" : "longer"}.`,
  },
  {
    ...role,
    name: "role-settings",
    source: "manual: ALTER ROLE, SET",
    when: ["settings"],
    compatibility: "risky",
    why: (s) =>
      `Sessions of ${identity(s)} that begin from now on run with other settings, in every database of the server.`,
  },
  ...MEMBERSHIPS,
];
