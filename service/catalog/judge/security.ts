import { KINDS } from "../model.ts";
import { readGrant } from "./grant_lines.ts";
import {
  ALTER_TABLE,
  after,
  before,
  differs,
  identity,
  listAfter,
  listBefore,
  ownName,
  type Rule,
  relation,
  type Subject,
} from "./rule.ts";

const POLICY_SOURCE = "manual: CREATE POLICY";
const policy = { kinds: ["policy"], source: POLICY_SOURCE, lock: "ACCESS EXCLUSIVE" } as const;
const table = {
  kinds: ["table"],
  source: `${ALTER_TABLE}, ROW LEVEL SECURITY`,
  lock: "ACCESS EXCLUSIVE",
} as const;
const rights = {
  // Default privileges are of what does not exist yet: default_rights.ts.
  kinds: KINDS.filter((kind) => kind !== "default privileges"),
  source: "manual: GRANT",
  when: ["grants", "identityGrants", "memberGrants", "builtinGrants"],
  lock: null,
} as const;

/** The rights that went or came: on the object, on the sequence behind an identity column, on what came with an extension or the server. */
function rightsThat(s: Subject, what: "lost" | "won"): string[] {
  const own = readGrant(listBefore(s, "grants"), listAfter(s, "grants"))[what];
  const behind = readGrant(listBefore(s, "identityGrants"), listAfter(s, "identityGrants"))[what];
  const others = ["memberGrants", "builtinGrants"].flatMap(
    (name) => readGrant(listBefore(s, name), listAfter(s, name))[what],
  );
  return [...own, ...behind.map((line) => `${line} on its sequence`), ...others];
}

const revoked = (s: Subject): string[] => rightsThat(s, "lost");
const granted = (s: Subject): string[] => rightsThat(s, "won");

function wide(line: string): boolean {
  return /^(.*: )?PUBLIC: /s.test(line) || line.includes("with grant option");
}

/** -1: an expression came where none, or a plain true, let everything pass; 1: the other way; 0: it cannot be told. */
function opening(s: Subject): number {
  let sum = 0;
  for (const part of ["using", "check"]) {
    if (!differs(s, part)) continue;
    const open = (value: unknown) => value === null || value === "true" || value === "(true)";
    if (open(before(s, part)) === open(after(s, part))) return 0;
    sum += open(after(s, part)) ? 1 : -1;
  }
  return Math.sign(sum);
}

function lostRoles(s: Subject): string[] {
  return listBefore(s, "roles").filter((role) => !listAfter(s, "roles").includes(role));
}

const POLICIES: readonly Rule[] = [
  {
    ...policy,
    name: "policy-added",
    when: "added",
    if: (s) => after(s, "permissive") !== false,
    compatibility: "risky",
    why: (s) =>
      `${ownName(s)} lets more roles see or write rows of ${relation(s)}; it matters where row security is on.`,
  },
  {
    ...policy,
    name: "policy-added-restrictive",
    when: "added",
    if: (s) => after(s, "permissive") === false,
    compatibility: "breaking",
    why: (s) =>
      `${ownName(s)} hides rows of ${relation(s)} that were seen, and refuses writes that went through.`,
  },
  {
    ...policy,
    name: "policy-dropped",
    source: "manual: DROP POLICY",
    when: "removed",
    if: (s) => before(s, "permissive") !== false,
    compatibility: "breaking",
    why: (s) =>
      `Roles that saw rows of ${relation(s)} by ${ownName(s)} see none of them, without an error; their writes are refused.`,
  },
  {
    ...policy,
    name: "policy-dropped-restrictive",
    source: "manual: DROP POLICY",
    when: "removed",
    if: (s) => before(s, "permissive") === false,
    compatibility: "risky",
    why: (s) => `Rows of ${relation(s)} that ${ownName(s)} hid are seen and can be written from now on.`,
  },
  {
    ...policy,
    name: "policy-renamed",
    source: "manual: ALTER POLICY",
    when: "renamed",
    compatibility: "safe",
    why: (s) => `Only the name of a policy of ${relation(s)} changed.`,
  },
  {
    ...policy,
    name: "policy-loosened",
    source: "manual: ALTER POLICY",
    when: ["using", "check"],
    if: (s) => opening(s) > 0,
    compatibility: "risky",
    why: (s) =>
      `${ownName(s)} lets every row of ${relation(s)} pass: roles see or write what was hidden from them.`,
  },
  {
    ...policy,
    name: "policy-tightened",
    source: "manual: ALTER POLICY",
    when: ["using", "check"],
    if: (s) => opening(s) < 0,
    compatibility: "breaking",
    why: (s) =>
      `${ownName(s)} let every row of ${relation(s)} pass and does not any more: readers miss rows without an error, writes are refused.`,
  },
  {
    ...policy,
    name: "policy-condition",
    source: "manual: ALTER POLICY",
    when: ["using", "check"],
    if: (s) => opening(s) === 0,
    compatibility: "breaking",
    why: (s) =>
      `${ownName(s)} lets other rows of ${relation(s)} pass: some readers may miss rows without an error, others see more.`,
    safer: () => "Ask as each role before and after: SET ROLE …; SELECT count(*) FROM …;",
  },
  {
    ...policy,
    name: "policy-roles-removed",
    source: "manual: ALTER POLICY",
    when: ["roles"],
    if: (s) => lostRoles(s).length > 0,
    compatibility: "breaking",
    why: (s) =>
      `${ownName(s)} does not speak for ${lostRoles(s).join(", ")} any more: they see other rows of ${relation(s)}, or none.`,
  },
  {
    ...policy,
    name: "policy-roles-added",
    source: "manual: ALTER POLICY",
    when: ["roles"],
    if: (s) => lostRoles(s).length === 0,
    compatibility: "risky",
    why: (s) => `${ownName(s)} speaks for more roles: they see or write other rows of ${relation(s)}.`,
  },
  {
    ...policy,
    name: "policy-remade",
    when: ["command", "permissive"],
    compatibility: "breaking",
    why: (s) =>
      `${ownName(s)} was dropped and made anew for other commands or in another mode: what roles see and write in ${relation(s)} changed.`,
  },
];

const ROW_SECURITY: readonly Rule[] = [
  {
    ...table,
    name: "row-security-enabled",
    when: ["rowSecurity", "forceRowSecurity"],
    if: (s) => after(s, "rowSecurity") === true || after(s, "forceRowSecurity") === true,
    compatibility: "breaking",
    why: (s) =>
      `${after(s, "rowSecurity") === true ? "Roles other than the owner" : "The owner, too,"} see and write only the rows of ${identity(s)} that a policy allows; without a policy, none, and without an error.`,
    safer: (s) => `CREATE POLICY … ON ${identity(s)} for every role that uses it, in the same transaction.`,
  },
  {
    ...table,
    name: "row-security-disabled",
    when: ["rowSecurity", "forceRowSecurity"],
    if: (s) => before(s, "rowSecurity") === true || before(s, "forceRowSecurity") === true,
    compatibility: "risky",
    why: (s) =>
      `The policies of ${identity(s)} hide nothing any more: ${before(s, "rowSecurity") === true ? "every role with SELECT" : "its owner"} sees all rows.`,
  },
];

const RIGHTS: readonly Rule[] = [
  {
    ...rights,
    name: "rights-revoked",
    source: "manual: REVOKE",
    if: (s) => revoked(s).length > 0,
    compatibility: "breaking",
    why: (s) =>
      `On ${identity(s)} was revoked: ${revoked(s).join("; ")}. Statements that need it fail from now on.`,
  },
  {
    ...rights,
    name: "rights-granted-widely",
    if: (s) => granted(s).some(wide),
    compatibility: "risky",
    why: (s) =>
      `On ${identity(s)} was granted: ${granted(s).join("; ")}. Everybody has it, or can pass it on.`,
    safer: () => "Grant to a role, without grant option.",
  },
  {
    ...rights,
    name: "rights-granted",
    if: (s) => granted(s).length > 0 && !granted(s).some(wide),
    compatibility: "safe",
    why: (s) => `On ${identity(s)} was granted: ${granted(s).join("; ")}.`,
  },
  {
    ...rights,
    name: "rights-granted-by-another",
    source: "manual: REVOKE, Notes",
    if: (s) => granted(s).length === 0 && revoked(s).length === 0,
    compatibility: "safe",
    why: (s) =>
      `Everybody may do on ${identity(s)} what they might; somebody else granted it, and only that role, its members and superusers can revoke it.`,
  },
];

/** Who may do what: policies, row security, grants. Owners are in shared.ts. */
export const securityRules: readonly Rule[] = [...POLICIES, ...ROW_SECURITY, ...RIGHTS];
