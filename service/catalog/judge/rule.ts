import type { Compatibility, Difference, LockMode } from "../change.ts";
import { type AttributeValue, type CatalogObject, type Kind, PARTS } from "../model.ts";
import type { Siblings } from "./siblings.ts";

/** One difference with what else differs, as a rule sees it. */
export interface Subject {
  readonly difference: Difference;
  /** What else differs between the two snapshots; this difference is among them. */
  readonly siblings: Siblings;
  readonly serverVersionNum: number;
  /** The constraints and indexes that a table has after the change; undefined where only differences are known. */
  partsOf(table: string): readonly CatalogObject[] | undefined;
}

/** What is known about one sort of change. Data: what it claims of locks, rewrites and scans is measured by verify.test.ts. */
export interface Rule {
  /** Unique; shown with the judgement and kept in stored changes, so never renamed. */
  readonly name: string;
  /** Where the knowledge is from: a page of the PostgreSQL manual, or "measured". */
  readonly source: string;
  readonly kinds: readonly Kind[];
  /** The action, or the attributes of which one must differ. */
  readonly when: "added" | "removed" | "renamed" | readonly string[];
  /** What else must be true. */
  readonly if?: (subject: Subject) => boolean;
  readonly compatibility: Compatibility;
  /** Strongest lock that the plain form of the DDL takes on `lockOn`. */
  readonly lock: LockMode | null;
  /** The relation that is locked; by default the object itself, or the relation it is part of. */
  readonly lockOn?: (subject: Subject) => string;
  readonly rewrite?: true;
  /** Reads the whole relation under the lock; a rewrite does too. */
  readonly scan?: true;
  readonly why: (subject: Subject) => string;
  readonly safer?: (subject: Subject) => string | null;
}

export const ALTER_TABLE = "manual: ALTER TABLE";
export const LOCKING = "manual: 13.3.1 Table-Level Locks";
export const MEASURED = "measured";

export const RELATIONS: readonly Kind[] = ["table", "foreign table", "view", "materialized view", "sequence"];
export const ROUTINES: readonly Kind[] = ["function", "procedure", "aggregate"];

/** The attribute as it was; null when it was not there. */
export function before(subject: Subject, attribute: string): AttributeValue {
  return subject.difference.attributes[attribute]?.before ?? null;
}

/** The attribute as it is; null when it is not there. */
export function after(subject: Subject, attribute: string): AttributeValue {
  return subject.difference.attributes[attribute]?.after ?? null;
}

/** As `before`, for a list: empty when it was not there. */
export function listBefore(subject: Subject, attribute: string): readonly string[] {
  return asList(before(subject, attribute));
}

/** As `after`, for a list: empty when it is not there. */
export function listAfter(subject: Subject, attribute: string): readonly string[] {
  return asList(after(subject, attribute));
}

function asList(value: AttributeValue): readonly string[] {
  return Array.isArray(value) ? value : [];
}

export function identity(subject: Subject): string {
  return subject.difference.identity;
}

/** The identity before the change. */
export function was(subject: Subject): string {
  return subject.difference.from ?? subject.difference.identity;
}

/** The relation that the object is, or is part of. An index is part of its table. */
export function relation(subject: Subject): string {
  const { kind, parent } = subject.difference;
  return PARTS.has(kind) && parent ? parent.identity : was(subject);
}

/** The object's own name, quoted where SQL quotes: the last part of its identity. */
export function ownName(subject: Subject): string {
  return lastPart(identity(subject));
}

export function lastPart(name: string): string {
  return /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(name)?.[0] ?? name;
}

/** Whether an object of the same kind and name went, or came, in the same change: it was dropped and made anew. */
export function remade(subject: Subject): boolean {
  const { kind, identity: name, action } = subject.difference;
  return subject.siblings.of(kind, name).some((other) => other.action !== action);
}

/** What is to be said of an added object on which nothing hangs yet. */
export function arrival(subject: Subject): string {
  return remade(subject)
    ? `${identity(subject)} takes the place of one that was dropped.`
    : `${identity(subject)} is new; nobody used it before.`;
}

/** Whether one of these attributes differs. */
export function differs(subject: Subject, ...attributes: readonly string[]): boolean {
  return attributes.some((attribute) => attribute in subject.difference.attributes);
}

/** Whether nothing but these attributes (and who owns, may use or explains the object) differs. */
export function onlyDiffers(subject: Subject, ...attributes: readonly string[]): boolean {
  const others = ["comment", "owner", "grants", ...attributes];
  return Object.keys(subject.difference.attributes).every((attribute) => others.includes(attribute));
}

/** Whether it is part of what holds rows: a table or a materialized view. */
export function inStored(subject: Subject): boolean {
  return inTable(subject) || subject.difference.parent?.kind === "materialized view";
}

/** Whether it is part of a foreign table. */
export function onForeign(subject: Subject): boolean {
  return subject.difference.parent?.kind === "foreign table";
}

export function inTable(subject: Subject): boolean {
  return subject.difference.parent?.kind === "table";
}
