import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Who runs the server. PostgreSQL refuses to run as root, so root lends it another user's name. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** True where the user may not enter a folder on the way, and takes root's right to pass along. */
  readonly passEverywhere: boolean;
}

/** "nobody" on Linux and the BSDs alike: it owns nothing and exists everywhere. */
const nobody = 65534;

/**
 * The account to run a server as; undefined means our own. Root runs it as the owner of the data folder, where that
 * is not root, else as "nobody".
 */
export function serverAccount(dataDir: string, binaries: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = existsSync(dataDir) ? statSync(dataDir) : undefined;
  const [uid, gid] = owner && owner.uid !== 0 ? [owner.uid, owner.gid] : [nobody, nobody];
  return {
    uid,
    gid,
    passEverywhere: ![dataDir, `${binaries}/bin`].every((path) => canReach(path, uid, gid)),
  };
}

/** True when every folder above (and, if it is there, the path itself) may be entered. */
export function canReach(path: string, uid: number, gid: number): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if (existsSync(at)) {
      const { mode, uid: owner, gid: group } = statSync(at);
      const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
      // The data folder itself is handed over before it is used.
      if ((mode & bit) === 0 && at !== resolve(path)) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** Starts a program as the account, in a session of its own: the terminal's Ctrl-C does not reach it. */
export function spawnAs(
  account: Account | undefined,
  command: string,
  args: readonly string[],
  options: { cwd: string; stdio: ("ignore" | "pipe" | number)[]; env: Record<string, string> },
): ChildProcess {
  const common = { ...options, detached: true };
  if (!account) return spawn(command, args, common);
  const { uid, gid } = account;
  if (!account.passEverywhere) return spawn(command, args, { ...common, uid, gid });
  const caps = "+dac_override";
  const lend = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    `--inh-caps=${caps}`,
    `--ambient-caps=${caps}`,
  ];
  return spawn("setpriv", [...lend, command, ...args], common);
}
