/** A label of a database: `team` and `payments`. Written `team:payments` in addresses. */
export type Label = readonly [key: string, value: string];

/** Labels are shown on every tile and filtered by: more or longer ones would serve neither. */
export const LABEL_LIMITS = { count: 16, key: 63, value: 63 } as const;

/** As Kubernetes' names of labels; no colon, so that `key:value` is read in one way. */
const KEY = /^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/;
/** Any text of one line without a space at its ends. */
const VALUE = /^[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u;

/** What a key must be, for people. */
export const KEY_RULE = `Use at most ${LABEL_LIMITS.key} letters, digits, - _ . and / that begin and end with a letter or digit.`;
/** What a value must be, for people. */
export const VALUE_RULE = `Use 1 to ${LABEL_LIMITS.value} characters in one line, without spaces at the ends.`;

export function isLabelKey(key: string): boolean {
  return key.length <= LABEL_LIMITS.key && KEY.test(key);
}

export function isLabelValue(value: string): boolean {
  return value.length <= LABEL_LIMITS.value && VALUE.test(value);
}

/** The label that `team:payments` writes; null for what is none. */
export function parseLabel(text: string): Label | null {
  const at = text.indexOf(":");
  const label: Label = [text.slice(0, at), text.slice(at + 1)];
  return at > 0 && isLabelKey(label[0]) && isLabelValue(label[1]) ? label : null;
}

/** `team:payments`. */
export function labelText([key, value]: Label): string {
  return `${key}:${value}`;
}
