/** Shapes that only a secret has; looked for in every file. Sources: the issuers' own documentation of their formats. */
export const SHAPES: readonly { readonly what: string; readonly shape: RegExp }[] = [
  { what: "a private key", shape: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]/ },
  { what: "an age key", shape: /AGE-SECRET-KEY-1[0-9A-Z]{50,}/ },
  { what: "an AWS access key", shape: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: "a GitHub token", shape: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})/ },
  { what: "a GitLab token", shape: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: "a Slack token", shape: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: "a Slack webhook", shape: /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{20,}/ },
  { what: "a Google API key", shape: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { what: "a Stripe key", shape: /\b[rs]k_live_[0-9A-Za-z]{20,}/ },
  { what: "an access token of Schemawatch", shape: /\bsw_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/ },
  { what: "a signed web token", shape: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ },
];

/** Program text and its tests are full of made-up passwords; manifests and settings have no use for any. */
export const PROGRAM_TEXT =
  /^(?:service|scripts)\/|(?:\.(?:ts|go)|(?:^|\/)(?:bun\.lock|package-lock\.json|go\.sum))$/;

/** Broken on purpose: each is fake, and tests use it to show that a check fires. */
export const BROKEN_ON_PURPOSE = /^scripts\/validate\/fixtures\//;

/** Fixtures of the policies on Secrets have data that says nothing. */
export const POLICY_FIXTURES = /^policies\/fixtures\//;

/** scheme://user:password@ */
export const URL_PASSWORD = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"]+:([^\s@/'"]+)@/g;

/** `password: value`, `API_KEY=value` and their like; what only mentions a secret (passwordFile, secretName) has another end. */
export const NAMED_VALUE =
  /^\s*(?:#\s*)?(?:-\s+)?["']?([\w.-]*(?:password|passwd|secret|token|api[-_]?key|private[-_]?key|access[-_]?key))["']?\s*[:=]\s+?["']?([^\s"'#][^"'#]*)/i;
export const NAMED_ASSIGNMENT =
  /\b([A-Z][A-Z0-9_]*(?:PASSWORD|SECRET|TOKEN|API_KEY|PRIVATE_KEY|ACCESS_KEY))=["']?([^\s"']+)/;

/** An environment variable whose value is a secret by its name. */
export const SECRET_VARIABLE = /(?:PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|_KEY)$/;

/**
 * What stands where a secret will be, or says where it is: a variable, a path, an encrypted value, a word in capitals, a
 * bracketed word, dots, a YAML structure or a boolean.
 */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  return /^(?:[$/<*.…{[|>&!%]|ENC\[|env:|file:|[A-Z][A-Z_]*$|true$|false$|null$|~$|\d+$)/.test(text);
}
