import type { AttributeValue, Kind } from "./model.ts";

export const ACTIONS = ["added", "removed", "altered", "renamed"] as const;

export type Action = (typeof ACTIONS)[number];

/** An attribute that differs; null where the side does not have it. */
export interface AttributeChange {
  readonly before: AttributeValue;
  readonly after: AttributeValue;
}

export interface ObjectRef {
  readonly kind: Kind;
  readonly identity: string;
}

/** A part that came or went with its parent (columns, constraints, indexes … of an added or removed table), told with it and not for itself. */
export interface ContainedObject extends ObjectRef {
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/**
 * How one object differs between two snapshots. A rename that also alters has action "renamed" and lists the attributes.
 * An object that holds data (table, column, sequence, materialized view, type) and was dropped and created again under its name is two
 * differences: removed, then added.
 */
export interface Difference extends ObjectRef {
  readonly action: Action;
  /** The identity before, when it is another one (renamed or moved to another schema). */
  readonly from?: string;
  readonly attributes: Readonly<Record<string, AttributeChange>>;
  readonly contains?: readonly ContainedObject[];
  /** Present where the snapshot had one: how to find the object on its server. */
  readonly address?: string;
  readonly parent?: ObjectRef;
}

/** Breaking: what reads or writes the database today may fail. Risky: it may block, slow down or lose something. Safe: neither. */
export const COMPATIBILITIES = ["breaking", "risky", "safe"] as const;

export type Compatibility = (typeof COMPATIBILITIES)[number];

/** Table-level lock modes, PostgreSQL manual 13.3.1. */
export type LockMode =
  | "ACCESS SHARE"
  | "ROW SHARE"
  | "ROW EXCLUSIVE"
  | "SHARE UPDATE EXCLUSIVE"
  | "SHARE"
  | "SHARE ROW EXCLUSIVE"
  | "EXCLUSIVE"
  | "ACCESS EXCLUSIVE";

export interface Judgement {
  readonly compatibility: Compatibility;
  /** Strongest lock that the DDL takes on an existing relation, null when none. */
  readonly lock: LockMode | null;
  /** The relation that lock is on. */
  readonly lockOn: string | null;
  /** Whether the DDL rewrites the relation's data. */
  readonly rewrite: boolean;
  /** Whether the DDL reads the whole relation while it holds its lock. */
  readonly scan: boolean;
  /** One or two plain sentences. */
  readonly why: string;
  /** What to do instead; null when there is nothing better. */
  readonly safer: string | null;
  /** Names of the rules that spoke, the decisive one first, e.g. "column-type-narrowed". */
  readonly rules: readonly string[];
}

/** A difference with its judgement: what the page, the API and `diff --json` call a change of an object. */
export interface ObjectChange extends Difference, Judgement {}

const WEIGHT: Readonly<Record<Compatibility, number>> = { safe: 0, risky: 1, breaking: 2 };

/** The worst of several; "safe" for none. */
export function worst(all: Iterable<Compatibility>): Compatibility {
  let result: Compatibility = "safe";
  for (const one of all) if (WEIGHT[one] > WEIGHT[result]) result = one;
  return result;
}

/** The changes with the worst judgement first; among equals the order stays. */
export function worstFirst<Judged extends Pick<Judgement, "compatibility">>(
  changes: readonly Judged[],
): Judged[] {
  return changes.toSorted((a, b) => WEIGHT[b.compatibility] - WEIGHT[a.compatibility]);
}
