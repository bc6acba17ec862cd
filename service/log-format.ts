/** One JSON log line as a person reads it: `18:04:05.123 INFO  message  key=value`, errors with their stack below. */
export function formatForPeople(line: string, color: boolean): string {
  const { time, level, role: _role, msg, err, error = err, ...fields } = JSON.parse(line) as Entry;
  const paint = color
    ? (code: number, text: string) => `\x1b[${code}m${text}\x1b[0m`
    : (_: number, text: string) => text;
  const pairs = Object.entries(fields).map(([key, value]) => ` ${paint(2, `${key}=`)}${show(value)}`);
  const at = new Date(time).toTimeString().slice(0, 8) + time.slice(19, 23);
  const head = `${paint(2, at)} ${paint(COLORS[level] ?? 0, level.toUpperCase().padEnd(5))} ${msg}`;
  return `${head}${pairs.length > 0 ? ` ${pairs.join("")}` : ""}${errorText(error)}\n`;
}

interface Entry {
  readonly time: string;
  readonly level: string;
  readonly role?: string;
  readonly msg: string;
  readonly err?: unknown;
  readonly error?: unknown;
}

interface SerializedError {
  readonly type?: string;
  readonly message?: string;
  readonly mend?: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

const COLORS: Readonly<Record<string, number>> = { debug: 2, info: 32, warn: 33, error: 31 };

function show(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** The error with its mend and the chain of its causes, indented below the line. */
function errorText(error: unknown): string {
  if (error === undefined || error === null) return "";
  if (typeof error !== "object") return `\n  ${String(error)}`;
  const { type, message, mend, stack, cause } = error as SerializedError;
  const text = stack ?? `${type ?? "Error"}: ${message ?? JSON.stringify(error)}`;
  const lines = [...text.split("\n"), ...(mend ? [`mend: ${mend}`] : [])].map((one) => `\n  ${one}`).join("");
  return cause === undefined ? lines : `${lines}\n  caused by:${errorText(cause)}`;
}
