import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import type { Reference } from "./reference.ts";

/** Lists for many platforms first: one digest then fits every node. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The digest that a tag has now, by its registry's API (https://github.com/opencontainers/distribution-spec, "Pulling
 * manifests"; tokens: https://distribution.github.io/distribution/spec/auth/token). Throws AppError "unavailable" when the
 * registry cannot be asked, "not_found" for a tag that it does not have, "forbidden" when it wants to know who asks.
 */
export async function resolveTag(reference: Reference, env: Env): Promise<string> {
  const { registry, repository, tag } = reference;
  const url = `${schemeOf(registry)}://${registry}/v2/${repository}/manifests/${tag}`;
  const first = await ask(url, { accept: MANIFESTS }, registry);
  const challenge = first.headers.get("www-authenticate");
  const answer =
    first.status === 401 && challenge !== null
      ? await ask(
          url,
          { accept: MANIFESTS, authorization: await authorize(challenge, reference, env) },
          registry,
        )
      : first;
  if (answer.status === 404) throw new AppError("not_found", `${registry} has no ${repository}:${tag}.`);
  if (answer.status === 401 || answer.status === 403) {
    const mend = `Log in (docker login ${registry}); credential helpers are not asked, only config.json.`;
    throw new AppError("forbidden", `${registry} does not show ${repository} to us.`, { mend });
  }
  if (!answer.ok)
    throw new AppError("unavailable", `${registry} answered ${answer.status} about ${repository}:${tag}.`);

  const digest = `sha256:${new Bun.CryptoHasher("sha256").update(await answer.arrayBuffer()).digest("hex")}`;
  const said = answer.headers.get("docker-content-digest");
  // A manifest is named by its own bytes; anything else was changed on the way.
  if (said === null || said === digest) return digest;
  throw new AppError("unavailable", `${registry} says ${said}, but sent a manifest of ${digest}.`);
}

/** Plain HTTP is for registries on this machine only, as docker has it. */
function schemeOf(registry: string): string {
  return /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(registry) ? "http" : "https";
}

/** The Authorization header that a registry's challenge asks for. */
async function authorize(challenge: string, { registry, repository }: Reference, env: Env): Promise<string> {
  const basic = credentials(registry, env);
  if (/^basic\b/i.test(challenge)) return basic ?? "";
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`, "i").exec(challenge)?.[1];
  const realm = field("realm");
  if (realm === undefined || !URL.canParse(realm)) {
    throw new AppError("unavailable", `${registry} asks for a token in a way that is not known.`);
  }
  const url = new URL(realm);
  if (url.protocol !== "https:" && schemeOf(url.host) !== "http") {
    throw new AppError(
      "unavailable",
      `${registry} wants its token fetched from ${url.host} without encryption.`,
    );
  }
  const service = field("service");
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", field("scope") ?? `repository:${repository}:pull`);
  const answer = await ask(url.href, basic === undefined ? {} : { authorization: basic }, url.host);
  if (!answer.ok) return "";
  const { token, access_token } = (await answer.json()) as { token?: string; access_token?: string };
  return `Bearer ${token ?? access_token ?? ""}`;
}

/** What `docker login` left in its config.json for a registry, as a Basic header. */
function credentials(registry: string, env: Env): string | undefined {
  const file = join(env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker"), "config.json");
  if (!existsSync(file)) return undefined;
  const { auths = {} } = JSON.parse(readFileSync(file, "utf8")) as {
    auths?: Record<string, { auth?: string }>;
  };
  const name = registry === "registry-1.docker.io" ? "https://index.docker.io/v1/" : registry;
  const auth = auths[name]?.auth;
  return auth ? `Basic ${auth}` : undefined;
}

async function ask(url: string, headers: Record<string, string>, host: string): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  } catch (cause) {
    throw new AppError("unavailable", `${host} cannot be reached.`, {
      mend: "Run this on a machine that reaches the registries.",
      cause,
    });
  }
}
