/** Markup that is safe to send as it is: made by `html` or declared so by `raw`. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in an `html` template. Null, undefined and booleans print nothing, so `condition && html…` reads well. */
export type HtmlChild = Html | string | number | bigint | boolean | null | undefined | readonly HtmlChild[];

/** Markup of a template; every value in it is escaped unless it is Html itself. Safe in text and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlChild[]): Html {
  let text = strings[0] ?? "";
  for (let i = 0; i < values.length; i++) text += print(values[i]) + strings[i + 1];
  return new Html(text);
}

/** Text that is markup already. Never call it with anything a person or a database wrote. */
export function raw(text: string): Html {
  return new Html(text);
}

function print(value: HtmlChild): string {
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return Bun.escapeHTML(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  let text = "";
  for (const child of value) text += print(child);
  return text;
}
