import type { Compatibility } from "../../catalog/change.ts";

/** A run's result, before it becomes Markdown or HTML: both are written from this one structure. */
export interface Report {
  readonly title: string;
  /** One line for lists and notices. */
  readonly summary: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly type: "paragraph"; readonly text: readonly Inline[] }
  | { readonly type: "list"; readonly items: readonly (readonly Inline[])[] }
  | {
      readonly type: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly type: "object"; readonly heading: readonly Inline[]; readonly blocks: readonly Block[] };

export type Inline =
  | string
  | { readonly code: string }
  | { readonly strong: string }
  /** To a page of Schemawatch by its path, or to one elsewhere by its https or http URL. */
  | { readonly link: string; readonly to: string }
  | { readonly judgement: Compatibility };
