import { quoteIdentifier, splitIdentity } from "../identifier.ts";
import {
  ALTER_TABLE,
  after,
  before,
  identity,
  inStored,
  inTable,
  MEASURED,
  ownName,
  type Rule,
  relation,
  type Subject,
} from "./rule.ts";
import { type TypeChange, typeChange } from "./type_change.ts";

const column = { kinds: ["column"], lock: "ACCESS EXCLUSIVE" } as const;
const SAFER_RETYPE = (s: Subject) =>
  `Add a column of type ${after(s, "type")}, keep it in step by a trigger, fill it in batches, move the readers, then drop ${ownName(s)} of ${relation(s)}.`;

function change(s: Subject): TypeChange {
  return typeChange(String(before(s, "type")), String(after(s, "type")));
}

function retyped(s: Subject, sense: TypeChange["sense"], rewrite: boolean): boolean {
  if (!inTable(s) || before(s, "type") === null || after(s, "type") === null || swapsTimeZone(s))
    return false;
  return change(s).sense === sense && change(s).rewrite === rewrite;
}

function swapsTimeZone(s: Subject): boolean {
  const plain = (value: unknown) => String(value).replace(/\(\d\)/, "");
  const both = [plain(before(s, "type")), plain(after(s, "type"))].sort().join();
  return both === "timestamp with time zone,timestamp without time zone";
}

/** What has that name in the table's schema. */
function besideTable(s: Subject, name: string): string {
  return `${splitIdentity(relation(s))?.[0]}.${quoteIdentifier(name)}`;
}

/** What a column of a table is made of: type, collation, generation, identity, storage. */
export const columnTypeRules: readonly Rule[] = [
  {
    ...column,
    name: "column-type-widened",
    source: `${ALTER_TABLE}, Notes`,
    when: ["type"],
    if: (s) => retyped(s, "wider", false),
    compatibility: "safe",
    why: (s) =>
      `${identity(s)} holds everything it held: ${before(s, "type")} became ${after(s, "type")} without a rewrite of ${relation(s)}; an index on an expression of it, where there is one, is built again.`,
  },
  {
    ...column,
    name: "column-type-widened-rewrite",
    source: `${ALTER_TABLE}, Notes`,
    when: ["type"],
    if: (s) => retyped(s, "wider", true),
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) =>
      `${before(s, "type")} to ${after(s, "type")} keeps every value of ${identity(s)}, but rewrites ${relation(s)} and its indexes while nobody can read or write it.`,
    safer: SAFER_RETYPE,
  },
  {
    ...column,
    name: "column-type-narrowed",
    source: `${ALTER_TABLE}, Notes`,
    when: ["type"],
    if: (s) => retyped(s, "narrower", true),
    compatibility: "breaking",
    rewrite: true,
    scan: true,
    why: (s) =>
      `Values that fit ${before(s, "type")} but not ${after(s, "type")} are refused in ${identity(s)} from now on, and ${relation(s)} is rewritten while nobody can read or write it.`,
    safer: (s) =>
      `Keep the type and limit the values: ALTER TABLE ${relation(s)} ADD CONSTRAINT … CHECK (…) NOT VALID; then VALIDATE CONSTRAINT.`,
  },
  {
    ...column,
    name: "column-type-changed",
    source: `${ALTER_TABLE}, Notes`,
    when: ["type"],
    if: (s) => retyped(s, "different", true),
    compatibility: "breaking",
    rewrite: true,
    scan: true,
    why: (s) =>
      `${identity(s)} is ${after(s, "type")} instead of ${before(s, "type")}: programs that read or write the old type may fail, and ${relation(s)} is rewritten while nobody can read or write it.`,
    safer: SAFER_RETYPE,
  },
  {
    ...column,
    name: "column-type-time-zone",
    source: `${ALTER_TABLE}, Notes`,
    when: ["type"],
    if: (s) => inTable(s) && swapsTimeZone(s),
    compatibility: "breaking",
    rewrite: true,
    scan: true,
    why: (s) =>
      `The times in ${identity(s)} mean something else: they were converted with the session's TimeZone. ${relation(s)} is rewritten, unless that was UTC.`,
    safer: (s) =>
      `Say the zone: SET TimeZone = 'UTC'; ALTER TABLE ${relation(s)} ALTER COLUMN ${ownName(s)} TYPE ${after(s, "type")} does not rewrite.`,
  },
  {
    ...column,
    name: "column-collation",
    source: MEASURED,
    when: ["collation"],
    if: (s) => inTable(s),
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} sorts and compares by another collation: results come in another order, and its indexes are built again under the lock.`,
    safer: (s) =>
      `Leave the column, and build the index that is wanted: CREATE INDEX CONCURRENTLY ON ${relation(s)} (${ownName(s)} COLLATE …).`,
  },
  {
    ...column,
    name: "column-generated-expression",
    source: `${ALTER_TABLE}, SET EXPRESSION`,
    when: ["expression"],
    if: (s) => inTable(s) && before(s, "expression") !== null && after(s, "expression") !== null,
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) =>
      `${identity(s)} is computed by another expression: readers get other values. A stored column is computed again for all of ${relation(s)}, under the lock.`,
  },
  {
    ...column,
    name: "column-generation-dropped",
    source: `${ALTER_TABLE}, DROP EXPRESSION`,
    when: ["generated"],
    if: (s) => inTable(s) && before(s, "generated") !== null && after(s, "generated") === null,
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} is no longer computed: it keeps its values and gets none for new rows unless somebody writes them.`,
  },
  {
    kinds: ["column"],
    name: "column-generation-changed",
    source: MEASURED,
    when: ["generated"],
    if: (s) => inTable(s) && after(s, "generated") !== null,
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `${identity(s)} is computed now: statements that write it fail. It can only have been dropped and added again.`,
  },
  {
    ...column,
    name: "column-identity-added",
    source: `${ALTER_TABLE}, ADD GENERATED`,
    when: ["identity"],
    if: (s) => inTable(s) && before(s, "identity") === null,
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} is filled from a new sequence that begins at 1: INSERTs meet ids that exist, unless it was set behind the largest${after(s, "identity") === "ALWAYS" ? ", and INSERTs that name the column fail" : ""}.`,
    safer: (s) => `GENERATED BY DEFAULT AS IDENTITY (START WITH …) with a start above max(${ownName(s)}).`,
  },
  {
    ...column,
    name: "column-identity-dropped",
    source: `${ALTER_TABLE}, DROP IDENTITY`,
    when: ["identity"],
    if: (s) => inTable(s) && after(s, "identity") === null,
    compatibility: "breaking",
    why: (s) =>
      `INSERTs that leave ${identity(s)} to the server fail from now on: an identity column is NOT NULL and nothing fills it.`,
  },
  {
    ...column,
    name: "column-identity-changed",
    source: `${ALTER_TABLE}, SET GENERATED`,
    when: ["identity"],
    if: (s) => before(s, "identity") !== null && after(s, "identity") === "ALWAYS",
    compatibility: "breaking",
    why: (s) => `INSERTs that name ${identity(s)} fail from now on, unless they say OVERRIDING SYSTEM VALUE.`,
  },
  {
    ...column,
    name: "column-identity-relaxed",
    source: `${ALTER_TABLE}, SET GENERATED`,
    when: ["identity"],
    if: (s) => before(s, "identity") === "ALWAYS" && after(s, "identity") === "BY DEFAULT",
    compatibility: "safe",
    why: (s) =>
      `INSERTs may name ${identity(s)} now; such ids can collide with the ones its sequence gives later.`,
  },
  {
    ...column,
    name: "column-identity-options",
    source: ALTER_TABLE,
    when: ["identityOptions"],
    compatibility: "risky",
    why: (s) =>
      `The sequence behind ${identity(s)} counts otherwise: ids may run out sooner, repeat or leave gaps.`,
  },
  {
    ...column,
    name: "column-identity-sequence",
    source: "manual: ALTER SEQUENCE, RENAME TO",
    when: ["identitySequence"],
    if: (s) => before(s, "identitySequence") !== null && after(s, "identitySequence") !== null,
    compatibility: "breaking",
    lockOn: (s) => besideTable(s, String(before(s, "identitySequence"))),
    why: (s) =>
      `Every statement that names the sequence behind ${identity(s)}, as currval and setval do, fails from now on: ${before(s, "identitySequence")} is ${after(s, "identitySequence")}.`,
    safer: () => "Let programs ask for the name: pg_get_serial_sequence('table', 'column').",
  },
  {
    ...column,
    name: "column-storage",
    source: ALTER_TABLE,
    when: ["storage", "compression"],
    if: inStored,
    compatibility: "safe",
    why: (s) =>
      `New values of ${identity(s)} are stored otherwise; those that are there stay as they are, and ${relation(s)} is locked for an instant.`,
  },
];
