import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { MARKER } from "../validate/images.ts";

/** In the order in which a release passes through them. */
export const ENVIRONMENTS = ["dev", "staging", "prod"] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

/** The environment that Argo CD does not sync by itself (argocd/apps/environments.yaml). */
export const BY_HAND: Environment = "prod";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A line of a kustomization that says an image's digest. */
const DIGEST_LINE = /^(\s*(?:- )?digest:\s*)(["']?)(sha256:[0-9a-f]{64})\2(?=\s*(?:#.*)?$)/gm;

/** The environment of that name; AppError "invalid" when there is none. */
export function readEnvironment(name: string): Environment {
  const found = ENVIRONMENTS.find((environment) => environment === name);
  if (found !== undefined) return found;
  throw new AppError("invalid", `There is no environment ${name}.`, {
    mend: `Use ${ENVIRONMENTS.join(", ")}.`,
  });
}

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Refuses (AppError "conflict") the all-zero digest, which stands for an image that does not exist yet. */
export function refuseMarker(digest: string, where: string): void {
  if (digest !== MARKER) return;
  throw new AppError("conflict", `${where} has the all-zero digest: there is no released image yet.`, {
    mend: "Release one and take it in: bun scripts/promote.ts sha256:… dev.",
  });
}

/** The one file that says which image an environment runs, from the top of the repository. */
export function imageFile(environment: Environment): string {
  return `overlays/${environment}/image/kustomization.yaml`;
}

/** The name of an environment's Application, as argocd/apps/environments.yaml makes it. */
export function applicationName(environment: Environment): string {
  return `schemawatch-${environment}`;
}

/** Where an environment's encrypted secrets are, from the top of the repository. */
export function secretsFile(environment: Environment): string {
  return `overlays/${environment}/secrets.enc.yaml`;
}

/** The digest that an image file's text says; AppError "invalid" unless it says exactly one. */
export function digestIn(text: string, source: string): string {
  const found = [...text.matchAll(DIGEST_LINE)].map((match) => match[3] ?? "");
  const [digest] = found;
  if (digest !== undefined && found.length === 1) return digest;
  throw new AppError("invalid", `${source} names ${found.length} digests, not one.`, {
    mend: "It must hold one entry of images with digest: sha256:… (64 hex digits).",
  });
}

/** The digest that an environment has in the checkout; AppError "invalid" as `digestIn`, and when the file is missing. */
export function readDigest(root: string, environment: Environment): string {
  return digestIn(readImageFile(root, environment), imageFile(environment));
}

/** The image file's text in the checkout with another digest: one line differs. */
export function withDigest(root: string, environment: Environment, digest: string): string {
  if (!isDigest(digest)) {
    throw new AppError("invalid", `${digest} is no digest.`, { mend: "Use sha256: and 64 hex digits." });
  }
  const text = readImageFile(root, environment);
  digestIn(text, imageFile(environment));
  return text.replace(
    DIGEST_LINE,
    (_line, before: string, quote: string) => `${before}${quote}${digest}${quote}`,
  );
}

/** A digest as commit subjects have it: enough to tell releases apart. */
export function shortDigest(digest: string): string {
  return digest.slice("sha256:".length, "sha256:".length + 12);
}

function readImageFile(root: string, environment: Environment): string {
  const file = imageFile(environment);
  if (existsSync(join(root, file))) return readFileSync(join(root, file), "utf8");
  throw new AppError("invalid", `${file} is missing.`, {
    mend: "Run this in a checkout of the whole repository.",
  });
}
