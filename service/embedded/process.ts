import { readFileSync } from "node:fs";

/** True when the system still knows the pid, be it of a process that ended and was never collected. */
export function isKnown(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** True when the process lives. One that ended and was not yet collected does not. */
export function isAlive(pid: number): boolean {
  return isKnown(pid) && statFields(pid)[0] !== "Z";
}

/**
 * A mark of a process that no later process with the same pid has: its pid and when it started (field 22 of Linux's
 * /proc/pid/stat); only the pid where there is no /proc.
 */
export function processMark(pid: number): string {
  return `${pid} ${statFields(pid)[19] ?? ""}`.trim();
}

/** True when the process of that mark lives. */
export function isMarkAlive(mark: string): boolean {
  const pid = Number(mark.split(" ")[0]);
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) && processMark(pid) === mark.trim();
}

/** True when the process lives and is a PostgreSQL server, as far as the system tells. */
export function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const stat = readText(`/proc/${pid}/stat`);
  return stat === "" || stat.includes("(postgres)");
}

/** The file's text; none when it cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The fields of /proc/pid/stat after the program's name, which may hold spaces; the first is the state. */
function statFields(pid: number): string[] {
  const stat = readText(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
