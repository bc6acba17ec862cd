import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Finding } from "./finding.ts";
import type { Built } from "./targets.ts";

const FILE = ".circleci/config.yml";

/** CI's configuration in the guise of a Kubernetes object, which kubeconform judges by CircleCI's schema. */
export function ciTarget(root: string): Built[] {
  if (!existsSync(join(root, FILE))) return [];
  const spec: unknown = parse(readFileSync(join(root, FILE), "utf8"));
  const object = { apiVersion: "v1", kind: "CircleCi", metadata: { name: "config" }, spec };
  return [{ name: FILE, folder: root, overlay: undefined, text: stringify(object), objects: [object] }];
}

/** What CI runs is what people run: make targets that the Makefile has, one a line, with variables at most. */
export function checkCiCommands(root: string): Finding[] {
  const [target] = ciTarget(root);
  if (target === undefined) return [];
  const makefile = existsSync(join(root, "Makefile")) ? readFileSync(join(root, "Makefile"), "utf8") : "";
  const known = new Set([...makefile.matchAll(/^([a-z][a-z-]*):/gm)].map((match) => match[1]));
  return commandsWithin(target.objects).flatMap((command) => {
    const [, made] = /^make ([a-z][a-z-]*)(?: [A-Z_]+="?[\w<>.: /$-]*"?)*$/.exec(command) ?? [];
    if (made !== undefined && known.has(made)) return [];
    return [
      {
        rule: "ci-command",
        where: FILE,
        message:
          made === undefined ? `"${command}" is no make command` : `the Makefile has no target ${made}`,
        mend: "Put what CI does behind a make target, so that people can run the same.",
      },
    ];
  });
}

/** Every line of every `run` step, wherever it stands. */
function commandsWithin(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(commandsWithin);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== "run") return commandsWithin(inner);
    const command = typeof inner === "string" ? inner : (inner as { command?: unknown } | null)?.command;
    return typeof command === "string" ? command.trim().split("\n") : [];
  });
}
