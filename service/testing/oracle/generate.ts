import { quoteIdentifier } from "../../catalog/identifier.ts";
import type { CatalogObject, Kind, Snapshot } from "../../catalog/model.ts";
import type { Major } from "../majors.ts";

/** There is nothing of the wanted kind yet. */
class Nothing extends Error {}

/**
 * What a random statement is made of: what is there, as the last look saw it, and numbers, of which each choice takes
 * one. The same numbers on the same schema make the same statement, so that a failing sequence can be shrunk.
 */
export class Source {
  readonly word: string;
  readonly major: Major;
  private readonly objects: readonly CatalogObject[];
  private readonly numbers: readonly number[];
  private taken = 0;
  private readonly nth: number;

  constructor(word: string, nth: number, major: Major, snapshot: Snapshot, numbers: readonly number[]) {
    this.word = word;
    this.nth = nth;
    this.major = major;
    this.numbers = numbers;
    const own = new RegExp(`(?<![a-z0-9_])"?${word}[._ "]`);
    this.objects = snapshot.objects.filter(
      ({ identity, name }) => own.test(`${identity} `) || name.startsWith(`${word}_`),
    );
  }

  number(below: number): number {
    const number = this.numbers[this.taken++ % this.numbers.length] ?? 0;
    return number % below;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.number(items.length || 1)];
    if (item === undefined) throw new Nothing();
    return item;
  }

  /** A name that nothing has; sometimes one that needs quotes. */
  fresh(): string {
    const name = `n${this.nth}`;
    return this.pick([name, name, name, `"${name} Odd"`, `"${name} ""q"`, `"${name}-ü"`]);
  }

  /** A name for what lives in no schema. */
  global(): string {
    return `${this.word}_${this.nth}`;
  }

  object(...kinds: Kind[]): CatalogObject {
    return this.pick(this.objects.filter(({ kind }) => kinds.includes(kind)));
  }

  /** The quoted, qualified name of one of that kind. */
  id(...kinds: Kind[]): string {
    return this.object(...kinds).identity;
  }

  /** A part of a relation: its relation's name, and its own, quoted. */
  part(kind: Kind, ...homes: Kind[]): readonly [home: string, name: string] {
    const found = this.pick(
      this.objects.filter(
        (one) => one.kind === kind && one.parent !== undefined && homes.includes(one.parent.kind),
      ),
    );
    return [found.parent?.identity ?? "", quoteIdentifier(found.name)];
  }

  /** A column of that relation, quoted. */
  columnOf(relation: string): string {
    const found = this.objects.filter(
      ({ kind, parent }) => kind === "column" && parent?.identity === relation,
    );
    return quoteIdentifier(this.pick(found).name);
  }

  type(): string {
    const own = this.objects.filter(
      ({ kind }) => kind === "enum" || kind === "domain" || kind === "composite type",
    );
    return this.pick([
      "integer",
      "bigint",
      "text",
      "varchar(20)",
      "numeric(8,2)",
      "timestamptz",
      "jsonb",
      "integer[]",
      ...own.map(({ identity }) => identity),
    ]);
  }

  role(): string {
    return this.pick([
      "public",
      ...this.objects.filter(({ kind }) => kind === "role").map(({ name }) => name),
    ]);
  }

  owner(): string {
    return this.pick([
      "current_user",
      ...this.objects.filter(({ kind }) => kind === "role").map(({ name }) => name),
    ]);
  }

  comment(): string {
    return this.pick(["'x'", "'it''s'", "null", "E'two\\nlines'", "'ü'"]);
  }
}

/** What a template makes of those numbers; where there is nothing that it could be done to, the next one. */
export function statement(templates: readonly ((source: Source) => string)[], source: Source): string {
  const first = source.number(templates.length);
  for (const template of [...templates.slice(first), ...templates.slice(0, first)]) {
    try {
      return template(source);
    } catch (error) {
      if (!(error instanceof Nothing)) throw error;
    }
  }
  throw new Nothing();
}
