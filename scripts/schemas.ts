import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { AppError } from "../service/errors.ts";
import { EXIT } from "./lib/cli.ts";
import { output } from "./lib/exec.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";
import { ROOT } from "./lib/tools.ts";
import { loadCircleCi } from "./schemas/circleci.ts";
import { shareRepeated } from "./schemas/share.ts";
import { BUILT_IN, CUSTOM, type Source } from "./schemas/sources.ts";
import { isSchema, type Json, references, type Schema, strict, strictDefinition } from "./schemas/strict.ts";

const HELP = `Usage: bun scripts/schemas.ts

Writes scripts/validate/schemas anew: strict JSON schemas of the kinds that scripts/schemas/sources.ts lists, from the
pinned Kubernetes' OpenAPI, from the pinned CustomResourceDefinitions, and CircleCI's own. Needs Go and Python with pip,
and their package indexes.`;

/** Every kind's schema refers to these, so that a pod template is in the repository once. */
const SHARED = "definitions.json";
const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const FOLDER = join(ROOT, "scripts/validate/schemas");

const SCRIPT: Script = { name: "schemas", help: HELP, run: writeSchemas };

if (import.meta.main) process.exitCode = await runScript(SCRIPT, process.argv.slice(2), processIo());

async function writeSchemas(args: readonly string[], io: ScriptIo): Promise<number> {
  readArguments(args, {}, { least: 0, most: 0, names: "nothing" });
  const openApi = await loadBuiltIn();
  const circleCi = await loadCircleCi();
  const custom = (await Promise.all(CUSTOM.map(loadCustom))).flat();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });

  const wanted = new Set<string>([OBJECT_META]);
  for (const kind of BUILT_IN.kinds) {
    const name = findDefinition(openApi, kind);
    wanted.add(name);
    write(fileOf(kind), { $ref: `${SHARED}#/definitions/${name}` });
  }
  // A set grows while it is walked: this visits what the visited ones refer to.
  for (const name of wanted) for (const other of references(openApi[name] ?? {})) wanted.add(other);
  const shared = [...wanted].sort().map((name) => [name, strictDefinition(name, openApi[name] as Schema)]);
  write(SHARED, { definitions: Object.fromEntries(shared) });

  write("circleci.json", circleCi);
  // kubeconform judges objects of Kubernetes; checkCi makes one of CI's configuration.
  write(fileOf("v1 CircleCi"), { properties: { spec: { $ref: "circleci.json" } } });
  for (const { kind, schema } of custom) write(fileOf(kind), shareRepeated(schema));
  io.print(`Wrote ${BUILT_IN.kinds.length + custom.length} kinds to scripts/validate/schemas.`);
  return EXIT.ok;
}

/** The OpenAPI definitions of Kubernetes, by name. */
async function loadBuiltIn(): Promise<Readonly<Record<string, Schema>>> {
  const swagger: unknown = JSON.parse(
    readFileSync(join(await fetch(BUILT_IN.source), BUILT_IN.file), "utf8"),
  );
  return (swagger as { definitions: Record<string, Schema> }).definitions;
}

/** `apiVersion Kind` and schema of every served version in a source's CRDs; metadata is that of every object. */
async function loadCustom({ source, files }: (typeof CUSTOM)[number]) {
  const folder = await fetch(source);
  return files.flatMap((file) => {
    const crd = parse(readFileSync(join(folder, file), "utf8")) as CustomResourceDefinition;
    return crd.spec.versions
      .filter((version) => version.served)
      .map((version) => {
        const schema = strict(version.schema.openAPIV3Schema);
        const properties = isSchema(schema.properties) ? schema.properties : {};
        const metadata = { $ref: `${SHARED}#/definitions/${OBJECT_META}` };
        return {
          kind: `${crd.spec.group}/${version.name} ${crd.spec.names.kind}`,
          schema: { ...schema, properties: { ...properties, metadata } },
        };
      });
  });
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** The folder of a module's files in Go's module cache, downloaded and checked where it is not there yet. */
async function fetch({ module, version }: Source): Promise<string> {
  const command = ["go", "mod", "download", "-json", `${module}@${version}`];
  // Some modules ask for a newer Go than the tools do; Go fetches that by itself.
  const said = await output(command, {
    cwd: "/",
    env: { GOTOOLCHAIN: "auto", GOWORK: "off" },
    timeoutMs: 600_000,
  });
  return (JSON.parse(said) as { Dir: string }).Dir;
}

/** The name of the definition for `group/version Kind`. */
function findDefinition(openApi: Readonly<Record<string, Schema>>, kind: string): string {
  const [apiVersion = "", name = ""] = kind.split(" ");
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  for (const [definition, schema] of Object.entries(openApi)) {
    const named = schema["x-kubernetes-group-version-kind"];
    const matches = (gvk: Json) =>
      isSchema(gvk) && gvk.group === group && gvk.version === version && gvk.kind === name;
    if (Array.isArray(named) && named.length === 1 && named.some(matches)) return definition;
  }
  throw new AppError("invalid", `Kubernetes ${BUILT_IN.source.version} has no ${kind}.`, {
    mend: "Correct scripts/schemas/sources.ts.",
  });
}

/** As kubeconform's template {{.ResourceKind}}{{.KindSuffix}} names it. */
function fileOf(kind: string): string {
  const [apiVersion = "", name = ""] = kind.split(" ");
  const suffix = apiVersion.split("/").map((part) => part.split(".")[0]);
  return `${[name, ...suffix].join("-").toLowerCase()}.json`;
}

/** One line a definition or top-level field: small, and a new version shows as the lines that changed. */
function write(file: string, schema: Schema): void {
  const inner = Object.entries(schema).map(([key, value]) =>
    key === "definitions" && isSchema(value)
      ? `"definitions": {\n${Object.entries(value)
          .map(([name, definition]) => `${JSON.stringify(name)}: ${JSON.stringify(definition)}`)
          .join(",\n")}\n}`
      : `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  writeFileSync(join(FOLDER, file), `{\n${inner.join(",\n")}\n}\n`);
}
