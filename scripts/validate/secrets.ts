import { type KubeObject, nameOf } from "../lib/kustomize.ts";
import { isPlaceholder, SECRET_VARIABLE, URL_PASSWORD } from "../lib/secret-rules.ts";
import type { Finding } from "./finding.ts";
import type { Built } from "./targets.ts";

/** Environment variables of rendered pods: a secret comes as a file, by a name that ends in _FILE. */
export function checkSecretVariables(built: readonly Built[]): Finding[] {
  return built.flatMap((target) =>
    target.objects.flatMap((object) =>
      variablesWithin(object)
        .filter(({ name, value }) => {
          if (isPlaceholder(value)) return false;
          const password = [...value.matchAll(URL_PASSWORD)].some((match) => !isPlaceholder(match[1] ?? ""));
          return password || SECRET_VARIABLE.test(name);
        })
        .map(({ name }) => ({
          rule: "secret-env" as const,
          where: `${target.name}: ${nameOf(object)}`,
          message: `the variable ${name} has its secret as plain text`,
          mend: `Use ${name}_FILE with a file below /run/secrets, which the init container decrypts.`,
        })),
    ),
  );
}

function variablesWithin(value: KubeObject | unknown): { name: string; value: string }[] {
  if (Array.isArray(value)) return value.flatMap(variablesWithin);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== "env" || !Array.isArray(inner)) return variablesWithin(inner);
    return inner.flatMap((entry: { name?: unknown; value?: unknown } | null) =>
      typeof entry?.name === "string" && typeof entry.value === "string" && entry.value !== ""
        ? [{ name: entry.name, value: entry.value }]
        : [],
    );
  });
}
