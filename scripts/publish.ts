import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../service/errors.ts";
import { findEngine } from "./image/engine.ts";
import { EXIT } from "./lib/cli.ts";
import { output } from "./lib/exec.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";
import { tool } from "./lib/tools.ts";
import { listParts, toSbom } from "./publish/sbom.ts";

const OPTIONS = {
  image: { type: "string", default: "schemawatch:dev" },
  repository: { type: "string", default: "ghcr.io/schemawatch/schemawatch" },
  "sbom-only": { type: "boolean" },
} as const;

/** Pushes the built image and vouches for it. */
export const publish: Script = {
  name: "publish",
  help: `Usage: bun scripts/publish.ts [--image schemawatch:dev] [--repository NAME] [--sbom-only]

Writes dist/sbom.cdx.json (what is in the image, as CycloneDX), pushes the image that make image built, signs it and attests
the list by cosign, and writes the digest to dist/image-digest. There is no signing key: cosign gets a certificate for the
identity of the CI job.

  --sbom-only   write the list and do nothing else

Environment: REGISTRY_USER and REGISTRY_TOKEN (may push), CIRCLE_SHA1 (the tag), SIGSTORE_ID_TOKEN (an OIDC token for
sigstore; on CircleCI it is asked for when it is not set).

Exit status: 0 published; 2 something went wrong.`,
  run: async (args, io) => {
    const { values } = readArguments(args, OPTIONS, { least: 0, most: 0, names: "no arguments" });
    const sbom = join(io.root, "dist/sbom.cdx.json");
    mkdirSync(join(io.root, "dist"), { recursive: true });
    writeFileSync(sbom, toSbom(listParts(io.root)));
    io.print("Wrote dist/sbom.cdx.json.");
    if (values["sbom-only"]) return EXIT.ok;

    const image = `${values.repository}@${await push(values.image, values.repository, io)}`;
    const cosign = await tool("cosign");
    const env = { ...io.env, SIGSTORE_ID_TOKEN: await identity(io) };
    await output([cosign, "sign", "--yes", image], { env });
    await output([cosign, "attest", "--yes", "--type", "cyclonedx", "--predicate", sbom, image], { env });
    // Last: what is written here goes on to dev.
    writeFileSync(join(io.root, "dist/image-digest"), `${image.split("@")[1]}\n`);
    io.print(`Published and signed ${image}.`);
    return EXIT.ok;
  },
};

/** Pushes the image by the commit's name; returns the digest that the registry has it by. */
async function push(image: string, repository: string, io: ScriptIo): Promise<string> {
  const engine = await findEngine();
  const tagged = `${repository}:${variable("CIRCLE_SHA1", io)}`;
  const [registry = ""] = repository.split("/");
  const login = ["login", "--username", variable("REGISTRY_USER", io), "--password-stdin", registry];
  await output([engine, ...login], { input: variable("REGISTRY_TOKEN", io) });
  await output([engine, "tag", image, tagged]);
  const said = await output([engine, "push", tagged], { timeoutMs: 600_000 });
  const inspect = [engine, "inspect", "--format", "{{index .RepoDigests 0}}", tagged];
  const digest = /sha256:[0-9a-f]{64}/.exec(engine === "docker" ? said : await output(inspect))?.[0];
  if (digest !== undefined) return digest;
  throw new AppError("internal", `${engine} pushed ${tagged} but did not say its digest.`);
}

/** A token that says to sigstore which job this is: https://circleci.com/docs/openid-connect-tokens/. */
async function identity(io: ScriptIo): Promise<string> {
  const given = io.env.SIGSTORE_ID_TOKEN;
  if (given) return given;
  return (await output(["circleci", "run", "oidc", "get", "--claims", '{"aud":"sigstore"}'])).trim();
}

function variable(name: string, io: ScriptIo): string {
  const value = io.env[name];
  if (value) return value;
  throw new AppError("invalid", `${name} is not set.`, {
    mend: "See --help; in CI the context registry holds it.",
  });
}

if (import.meta.main) process.exitCode = await runScript(publish, process.argv.slice(2), processIo());
