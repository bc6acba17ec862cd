import {
  after,
  arrival,
  before,
  identity,
  listAfter,
  listBefore,
  MEASURED,
  ownName,
  type Rule,
  relation,
  remade,
  type Subject,
  was,
} from "./rule.ts";

const view = { kinds: ["view"], source: "manual: CREATE VIEW", lock: "ACCESS EXCLUSIVE" } as const;
const matview = {
  kinds: ["materialized view"],
  source: "manual: CREATE MATERIALIZED VIEW",
  lock: "ACCESS EXCLUSIVE",
} as const;
const viewColumn = { kinds: ["column"], source: "manual: CREATE VIEW", lock: "ACCESS EXCLUSIVE" } as const;

function inView(s: Subject): boolean {
  return s.difference.parent?.kind === "view" || s.difference.parent?.kind === "materialized view";
}

function option(list: readonly string[], name: string): string | undefined {
  return list.find((one) => one.startsWith(name));
}

function optionDiffers(s: Subject, name: string): boolean {
  return option(listBefore(s, "options"), name) !== option(listAfter(s, "options"), name);
}

function remadeMatview(s: Subject): string {
  return `${identity(s)} was dropped and made anew: its readers waited while it was filled, and its indexes and grants had to be made again.`;
}

function swapMatviews(s: Subject): string {
  return `Create the new one under another name, index it, then swap the names in one transaction: ALTER MATERIALIZED VIEW ${identity(s)} RENAME TO …;`;
}

/** Views, materialized views and their columns. */
export const viewRules: readonly Rule[] = [
  {
    ...view,
    kinds: ["view", "materialized view"],
    name: "view-added",
    when: "added",
    compatibility: "safe",
    lock: null,
    why: arrival,
  },
  {
    ...view,
    kinds: ["view", "materialized view"],
    name: "view-dropped",
    source: "manual: DROP VIEW",
    when: "removed",
    if: (s) => !remade(s),
    compatibility: "breaking",
    why: (s) => `Every statement that names ${was(s)} fails from now on.`,
    safer: (s) =>
      `First take SELECT on ${was(s)} from its readers, or watch that nobody asks it; drop it one release later.`,
  },
  {
    ...view,
    kinds: ["view", "materialized view"],
    name: "view-renamed",
    source: "manual: ALTER VIEW",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Every statement that names ${was(s)} fails from now on; views on it follow the rename, function bodies do not.`,
    safer: (s) => `In the same transaction: CREATE VIEW ${was(s)} AS SELECT * FROM ${identity(s)};`,
  },
  {
    ...view,
    name: "view-definition",
    when: ["definition"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} gives other rows or values from the next query on; columns that changed are told for themselves.`,
  },
  {
    ...matview,
    name: "materialized-view-definition",
    source: MEASURED,
    when: ["definition"],
    compatibility: "risky",
    why: remadeMatview,
    safer: swapMatviews,
  },
  {
    ...matview,
    name: "materialized-view-remade",
    source: MEASURED,
    when: "removed",
    if: remade,
    compatibility: "risky",
    why: remadeMatview,
    safer: swapMatviews,
  },
  {
    ...matview,
    name: "materialized-view-emptied",
    when: ["populated"],
    if: (s) => after(s, "populated") === false,
    compatibility: "breaking",
    rewrite: true,
    why: (s) => `${identity(s)} holds no data, and every query of it fails until it is refreshed.`,
    safer: (s) => `REFRESH MATERIALIZED VIEW ${identity(s)};`,
  },
  {
    ...matview,
    name: "materialized-view-filled",
    when: ["populated"],
    if: (s) => before(s, "populated") === false,
    compatibility: "safe",
    rewrite: true,
    why: (s) => `${identity(s)} holds data and can be read.`,
  },
  {
    ...matview,
    name: "materialized-view-storage",
    source: "manual: ALTER MATERIALIZED VIEW",
    when: ["tablespace", "accessMethod"],
    compatibility: "risky",
    rewrite: true,
    why: (s) => `All of ${identity(s)} is copied while nobody can read it.`,
  },
  {
    ...matview,
    name: "materialized-view-options",
    source: "manual: ALTER MATERIALIZED VIEW",
    when: ["options"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    why: (s) => `How ${identity(s)} is stored and vacuumed from now on changes; its rows do not.`,
  },
  {
    ...view,
    name: "view-security-invoker",
    when: ["options"],
    if: (s) => optionDiffers(s, "security_invoker"),
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} asks its tables with the rights of another role: ${option(listAfter(s, "options"), "security_invoker") ? "readers without rights on the tables fail, and row policies apply to them" : "readers see all that its owner may see"}.`,
    safer: () => "Grant the readers SELECT on the tables below first.",
  },
  {
    ...view,
    name: "view-check-option",
    when: ["options"],
    if: (s) => optionDiffers(s, "check_option"),
    compatibility: "breaking",
    why: (s) =>
      `Which rows can be written through ${identity(s)} changed: INSERT and UPDATE may fail, or rows vanish from the view.`,
  },
  {
    ...view,
    name: "view-security-barrier",
    source: "manual: 39.5 Rules and Privileges",
    when: ["options"],
    if: (s) => optionDiffers(s, "security_barrier"),
    compatibility: "risky",
    why: (s) =>
      `The planner may filter ${identity(s)} at another place: with the barrier queries can be slower, without it functions can see hidden rows.`,
  },
  {
    ...viewColumn,
    name: "view-column-added",
    when: "added",
    if: inView,
    compatibility: "safe",
    why: (s) => `${relation(s)} shows ${ownName(s)} too; SELECT * returns one column more.`,
  },
  {
    ...viewColumn,
    name: "view-column-removed",
    source: MEASURED,
    when: "removed",
    if: inView,
    compatibility: "breaking",
    why: (s) =>
      `Every statement that reads ${was(s)} fails from now on; the view was dropped and made anew for it.`,
  },
  {
    ...viewColumn,
    name: "view-column-renamed",
    source: "manual: ALTER VIEW, RENAME COLUMN",
    when: "renamed",
    if: inView,
    compatibility: "breaking",
    why: (s) => `Every statement that reads ${was(s)} fails from now on.`,
    safer: (s) => `Show both: CREATE OR REPLACE VIEW ${relation(s)} with ${ownName(s)} added at the end.`,
  },
  {
    ...viewColumn,
    name: "view-column-type",
    source: MEASURED,
    when: ["type", "collation", "position"],
    if: inView,
    compatibility: "breaking",
    why: (s) =>
      `Readers of ${identity(s)} meet another type or order; the view was dropped and made anew for it.`,
  },
  {
    ...viewColumn,
    name: "view-column-default",
    source: "manual: ALTER VIEW",
    when: ["default"],
    if: inView,
    compatibility: "safe",
    why: (s) =>
      `What INSERT through ${relation(s)} puts into ${ownName(s)} changes; its readers see the same.`,
  },
];
