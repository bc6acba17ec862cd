import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceProcess } from "../types.ts";
import { binary } from "./binaries.ts";

/** The image registry. Its storage outlives the cluster, so that the next one need not push again. */
export async function registry(address: string, storage: string, folder: string): Promise<ServiceProcess> {
  mkdirSync(storage, { recursive: true });
  const config = join(folder, "machine", "registry.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      version: "0.1",
      log: { level: "warn", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
      http: { addr: address },
    }),
  );
  return { name: "registry", network: "host", command: [await binary("registry"), "serve", config] };
}
