import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Who runs the server. PostgreSQL refuses to run as root, so root lends it another user's name. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** True where the user may not enter a folder on the way, and takes root's right to pass along. */
  readonly passEverywhere: boolean;
}

/** "nobody" on Linux: it owns nothing and exists everywhere. */
const nobody = 65534;
/** Lets a program pass folders that its user may not enter; it is one of the few that containers leave to root. */
const passCapability = "+dac_override";

/**
 * The account to run a server as, its folders being `paths`, the first of them the data folder; undefined means our
 * own. Root runs it as the owner of the data folder or of the nearest folder above it, where that is a user with a name
 * (initdb asks for one; a mounted folder's owner may have none here) and not root, else as "nobody".
 */
export function serverAccount(paths: readonly [string, ...string[]]): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid: owner, gid: group } = statSync(nearest(paths[0]));
  const [uid, gid] = owner === 0 || !hasName(owner) ? [nobody, nobody] : [owner, group];
  return { uid, gid, passEverywhere: !paths.every((path) => canReach(path, uid, gid)) };
}

/** True when the user may enter every folder above the path. */
function canReach(path: string, uid: number, gid: number): boolean {
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    if (existsSync(at)) {
      const { mode, uid: owner, gid: group } = statSync(at);
      const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** True when root may lend its right to pass along (not on macOS, nor in every container). */
export function canLendPassing({ uid, gid }: Account): boolean {
  return spawnSync("setpriv", [...lending(uid, gid), "true"], { stdio: "ignore" }).status === 0;
}

/** Starts a program as the account, in a session of its own: the terminal's Ctrl-C does not reach it. */
export function spawnAs(
  account: Account | undefined,
  command: string,
  args: readonly string[],
  options: { stdio: ("ignore" | "pipe" | number)[] },
): ChildProcess {
  // Nothing of our own environment (PG*, LD_*, locale) may steer the server.
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  const common = { ...options, env, cwd: "/", detached: true };
  if (!account) return spawn(command, args, common);
  const { uid, gid } = account;
  if (!account.passEverywhere) return spawn(command, args, { ...common, uid, gid });
  return spawn("setpriv", [...lending(uid, gid), command, ...args], common);
}

function lending(uid: number, gid: number): string[] {
  const user = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--no-new-privs"];
  // PostgreSQL asks access(2) about its programs, which forgets capabilities unless no_setuid_fixup is set (capabilities(7)).
  const right = [`--inh-caps=-all,${passCapability}`, `--ambient-caps=${passCapability}`];
  return [...user, "--securebits=+no_setuid_fixup", ...right];
}

function hasName(uid: number): boolean {
  return spawnSync("id", ["-nu", String(uid)], { stdio: "ignore" }).status === 0;
}

/** The path itself, or the nearest folder above it that is there. */
function nearest(path: string): string {
  let at = resolve(path);
  while (!existsSync(at)) at = dirname(at);
  return at;
}
