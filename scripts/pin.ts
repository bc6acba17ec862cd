import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../service/errors.ts";
import { EXIT } from "./lib/cli.ts";
import { git } from "./lib/git.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";
import { placesIn } from "./pin/places.ts";
import { parseReference } from "./pin/reference.ts";
import { resolveTag } from "./pin/registry.ts";

const OPTIONS = { check: { type: "boolean" }, json: { type: "boolean" } } as const;

/** Where images are named. Broken on purpose are fixtures; upstream.yaml is kept as its release has it. */
const FILES = ["base", "overlays", "argocd", "policies", "Dockerfile", ".circleci"];
const LEFT_ALONE = /(^|\/)fixtures\/|(^|\/)upstream\.yaml$/;

interface Pinned {
  readonly file: string;
  readonly image: string;
  readonly before: string | undefined;
  readonly digest: string;
}

/** Resolves tags of images to digests, and writes them where the images are named. */
export const pin: Script = {
  name: "pin",
  help: `Usage: bun scripts/pin.ts [NAME:TAG]… [--check] [--json]

Asks the registries which digest a tag has now, and writes it in place: into images: of kustomizations (digest, newTag), and
behind image:, FROM and ARG X_IMAGE= (NAME:TAG@sha256:…). With NAME:TAG it pins that image, and gives it that tag, wherever
the name is; without, every image whose tag is written beside it. Needs to reach the registries, and docker login for
private ones.

  --check   write nothing; say which pins differ from what their tags have now
  --json    print JSON

Exit status: 0 all pinned, 1 --check found differences or a registry refused, 2 wrong usage, or a registry cannot be asked.

Example:
  bun scripts/pin.ts docker.io/library/postgres:18.1`,
  run: async (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 0, most: 100, names: "" });
    const wanted = new Map(positionals.map((text) => [parseReference(text).name, parseReference(text).tag]));
    const digests = new Map<string, Promise<string>>();
    const resolve = (image: string) => {
      const known = digests.get(image) ?? resolveTag(parseReference(image), io.env);
      digests.set(image, known);
      return known;
    };

    const found: Pinned[] = [];
    const texts = new Map<string, string>();
    const seen = new Set<string>();
    for (const file of await filesBelow(io.root)) {
      const before = readFileSync(join(io.root, file), "utf8");
      let text = before;
      // From the last to the first: a line that is added moves none of those still to come.
      for (const place of placesIn(before).toReversed()) {
        const tag = wanted.size > 0 ? wanted.get(place.name) : place.tag;
        if (tag === undefined) continue;
        seen.add(place.name);
        const image = `${place.name}:${tag}`;
        const digest = await resolve(image);
        text = place.pinned(text, digest, tag);
        found.push({ file, image, before: place.digest, digest });
      }
      if (text !== before) texts.set(file, text);
    }
    const absent = [...wanted.keys()].filter((name) => !seen.has(name));
    if (absent.length > 0) {
      throw new AppError("invalid", `No file names ${absent.join(", ")}.`, {
        mend: "Write the name as the files have it, with its registry.",
      });
    }
    // Only now: a registry that cannot be asked leaves every file as it was.
    if (!values.check) for (const [file, text] of texts) writeFileSync(join(io.root, file), text);
    if (values.json) io.print(JSON.stringify(found, null, 2));
    else {
      for (const { file, image, before, digest } of found) {
        io.print(`${file}: ${image} ${before === digest ? "has" : `${before ?? "no digest"} →`} ${digest}`);
      }
    }
    return values.check && texts.size > 0 ? EXIT.finding : EXIT.ok;
  },
};

async function filesBelow(root: string): Promise<string[]> {
  const listed = await git(root, ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...FILES]);
  return listed.split("\n").filter((file) => {
    if (file === "" || LEFT_ALONE.test(file) || !existsSync(join(root, file))) return false;
    return /\.ya?ml$|(^|\/)Dockerfile$/.test(file);
  });
}

if (import.meta.main) process.exitCode = await runScript(pin, Bun.argv.slice(2), processIo());
