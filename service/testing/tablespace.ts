import { chownSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Database } from "../postgres/types.ts";

/** Makes an empty folder beside the data of a test server, which goes with it, for a tablespace; returns its path. */
export async function tablespaceFolder(db: Database, name: string): Promise<string> {
  const [found] = await db.query<{ folder: string }>("select current_setting('data_directory') as folder");
  const data = found?.folder ?? "";
  const folder = join(dirname(data), name);
  mkdirSync(folder);
  const { uid, gid } = statSync(data);
  chownSync(folder, uid, gid);
  return folder;
}
