import { parseDocument } from "yaml";
import type { SecretFinding } from "./secret-scan.ts";

/** What sops writes for each value: https://getsops.io/docs/#encryption-protocol. */
const ENCRYPTED =
  /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:(str|int|float|bool|bytes|comment)\]$/;

/** Settings by which sops leaves some values in plain text. */
const PARTIAL = /^(un)?encrypted_(suffix|regex|comment_regex)$/;

/** What sops writes when no such setting was given; a value that has this end is found as plain text by itself. */
const DEFAULT_SUFFIX = "_unencrypted";

const RECIPIENTS = ["age", "kms", "pgp", "gcp_kms", "azure_kv", "hc_vault", "key_groups"];

/**
 * A sops file has every value encrypted, a checksum and someone who can decrypt it. A file of comments alone stands for one
 * that is not made yet.
 */
export function checkSopsFile(file: string, text: string): SecretFinding[] {
  const finding = (message: string): SecretFinding => ({
    rule: "sops-file",
    where: file,
    message,
    mend: "Write it by scripts/secrets.ts; if plain values were committed, replace those secrets.",
  });
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) return [finding(`it is no YAML: ${fault.message}`)];
  const content: unknown = document.toJS();
  if (content === null || (typeof content === "object" && Object.keys(content).length === 0)) return [];
  if (typeof content !== "object" || Array.isArray(content)) return [finding("it is no mapping")];

  const { sops, ...values } = content as Record<string, unknown>;
  const plain = leavesOf(values).filter(([, value]) => !ENCRYPTED.test(value));
  const unencrypted = plain.map(([path]) => finding(`the value of ${path} is plain text`));
  if (typeof sops !== "object" || sops === null) return [...unencrypted, finding("it has no sops section")];

  const section = sops as Record<string, unknown>;
  const partial = Object.keys(section).filter(
    (key) =>
      PARTIAL.test(key) && section[key] && !(key === "unencrypted_suffix" && section[key] === DEFAULT_SUFFIX),
  );
  const recipients = RECIPIENTS.some((key) => Array.isArray(section[key]) && section[key].length > 0);
  return [
    ...unencrypted,
    ...partial.map((key) => finding(`its setting ${key} leaves some values in plain text`)),
    ...(typeof section.mac === "string" && ENCRYPTED.test(section.mac)
      ? []
      : [finding("it has no checksum (mac)")]),
    ...(recipients ? [] : [finding("nobody can decrypt it: it names no age or KMS key")]),
  ];
}

/** Every value that is no mapping or list, as [path, text]. */
function leavesOf(value: unknown, path = ""): [string, string][] {
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}
