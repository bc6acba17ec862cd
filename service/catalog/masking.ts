/** Names whose values are not for everybody: `password`, `app.jwt_secret`, `api_key`, `sslpassword`, `access_token` … */
const SECRET =
  /^(?!(password_(encryption|required)|key)$).*(pass(word|wd|phrase|code)?|secret|token|credential|apikey|api_key|(^|[^a-z])(pwd|key|private|auth)([^a-z]|$))/i;

/** Passwords within an address or a connection string. */
const IN_ADDRESS = /(:\/\/[^/@\s:]*:)[^@\s]*@/g;
const IN_TEXT = /\b((?:password|passwd|pwd)\s*=\s*)('[^']*'|[^\s;&]+)/gi;

/** What stands for a hidden value. */
export const HIDDEN_VALUE = "(hidden)";

/**
 * The value of an option or setting as it may be stored and shown: hidden where its name says that it is a secret. Not
 * even a hash is kept, so that another password is not seen as a change.
 */
export function masked(name: string, value: string): string {
  if (SECRET.test(name)) return HIDDEN_VALUE;
  return value.replace(IN_ADDRESS, `$1${HIDDEN_VALUE}@`).replace(IN_TEXT, `$1${HIDDEN_VALUE}`);
}

/** An entry `name=value` of setconfig or an options list, with its value as `masked` gives it. */
export function maskedEntry(entry: string): string {
  const equals = entry.indexOf("=");
  if (equals < 0) return entry;
  const name = entry.slice(0, equals);
  return `${name}=${masked(name, entry.slice(equals + 1))}`;
}
