import type { AttributeValue, Kind } from "../model.ts";
import { addToSchema, type CatalogName, type Gathering } from "./gathering.ts";

interface TextSearchRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
}

export interface ParserRow extends TextSearchRow {
  readonly start: string;
  readonly token: string;
  readonly end: string;
  readonly types: string;
  readonly headline: string | null;
}

export interface TemplateRow extends TextSearchRow {
  readonly init: string | null;
  readonly lexize: string;
}

export interface DictionaryRow extends TextSearchRow {
  readonly owner: string;
  readonly template: string;
  readonly options: string | null;
}

export interface ConfigurationRow extends TextSearchRow {
  readonly owner: string;
  readonly parser: string;
  readonly mappings: string[] | null;
}

export function gatherParsers(gathering: Gathering, rows: readonly ParserRow[]): void {
  for (const row of rows) {
    const { start, token, end, types, headline } = row;
    addTextSearch(gathering, "text search parser", "pg_ts_parser", row, {
      start,
      token,
      end,
      types,
      headline,
    });
  }
}

export function gatherTemplates(gathering: Gathering, rows: readonly TemplateRow[]): void {
  for (const row of rows) {
    const { init, lexize } = row;
    addTextSearch(gathering, "text search template", "pg_ts_template", row, { init, lexize });
  }
}

export function gatherDictionaries(gathering: Gathering, rows: readonly DictionaryRow[]): void {
  for (const row of rows) {
    const { owner, template, options } = row;
    addTextSearch(gathering, "text search dictionary", "pg_ts_dict", row, { owner, template, options });
  }
}

export function gatherConfigurations(gathering: Gathering, rows: readonly ConfigurationRow[]): void {
  for (const row of rows) {
    const { owner, parser, mappings } = row;
    addTextSearch(gathering, "text search configuration", "pg_ts_config", row, { owner, parser, mappings });
  }
}

function addTextSearch(
  gathering: Gathering,
  kind: Kind,
  catalog: CatalogName,
  { oid, schema, name, version }: TextSearchRow,
  attributes: Readonly<Record<string, AttributeValue>>,
): void {
  addToSchema(gathering, schema, { kind, name, catalog, oid, version, attributes });
}
