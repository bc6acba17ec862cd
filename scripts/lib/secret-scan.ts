import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { output } from "./exec.ts";
import {
  BROKEN_ON_PURPOSE,
  isPlaceholder,
  NAMED_ASSIGNMENT,
  NAMED_VALUE,
  POLICY_FIXTURES,
  PROGRAM_TEXT,
  SHAPES,
  URL_PASSWORD,
} from "./secret-rules.ts";
import { checkSopsFile } from "./sops-file.ts";

/** A secret-looking value in git; `validate` and `secrets check` report it. A message never repeats the value. */
export interface SecretFinding {
  readonly rule: "secret-value" | "secret-object" | "sops-file";
  /** The file, with the line where there is one. */
  readonly where: string;
  readonly message: string;
  readonly mend: string;
}

/** Larger files are pictures and the like; the largest of text is Argo CD's 2 MB. */
const LARGEST = 5_000_000;

const ENCRYPT =
  "Take it out, count it as known to everyone and replace it; secrets go into secrets.enc.yaml by scripts/secrets.ts.";

/** Looks at every file that git tracks or would add below `root`. */
export async function scanSecrets(root: string): Promise<SecretFinding[]> {
  const listed = await output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  return listed
    .split("\0")
    .filter((file) => file !== "" && !BROKEN_ON_PURPOSE.test(file))
    .flatMap((file) => {
      const path = join(root, file);
      if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > LARGEST) return [];
      const text = readFileSync(path, "utf8");
      return text.includes("\0") ? [] : scanFile(file, text);
    });
}

/** As `scanSecrets` for one file, which may be one that is only to be written. */
export function scanFile(file: string, text: string): SecretFinding[] {
  const findings = text.split("\n").flatMap((line, index) => {
    const what = secretIn(line, text, index, !PROGRAM_TEXT.test(file));
    if (what === undefined) return [];
    return [
      {
        rule: "secret-value" as const,
        where: `${file}:${index + 1}`,
        message: `it looks like ${what}`,
        mend: ENCRYPT,
      },
    ];
  });
  if (/\.enc\.[a-z]+$/.test(file)) return [...findings, ...checkSopsFile(file, text)];
  if (/\.ya?ml$/.test(file) && !POLICY_FIXTURES.test(file))
    return [...findings, ...checkManifests(file, text)];
  return findings;
}

/** What a line looks like; a private key is told by its first line when a body follows. */
function secretIn(line: string, text: string, index: number, settings: boolean): string | undefined {
  const next = line.includes("PRIVATE KEY") ? `${line}\n${text.split("\n")[index + 1]?.trim() ?? ""}` : line;
  const shaped = SHAPES.find(({ shape }) => shape.test(next));
  if (shaped !== undefined) return shaped.what;
  if (!settings) return undefined;
  for (const [, password = ""] of line.matchAll(URL_PASSWORD)) {
    if (!isPlaceholder(password)) return "a URL with a password";
  }
  const [, name, value = ""] = NAMED_VALUE.exec(line) ?? NAMED_ASSIGNMENT.exec(line) ?? [];
  return name === undefined || isPlaceholder(value) ? undefined : `a value of ${name}`;
}

/** Argo CD would show a Secret's data to all who may see the Application, and etcd and git have it in plain text. */
function checkManifests(file: string, text: string): SecretFinding[] {
  if (!/^kind: Secret$|^secretGenerator:/m.test(text)) return [];
  return documentsOf(text).flatMap((value) => {
    const filled = value.kind === "Secret" && (isFilled(value.data) || isFilled(value.stringData));
    if (!filled && !isFilled(value.secretGenerator)) return [];
    const message = filled ? "a Secret with data" : "a secretGenerator, which makes Secrets with data";
    return [{ rule: "secret-object" as const, where: file, message, mend: ENCRYPT }];
  });
}

interface Manifest {
  readonly kind?: unknown;
  readonly data?: unknown;
  readonly stringData?: unknown;
  readonly secretGenerator?: unknown;
}

/** What is no YAML is nothing that kustomize or a server would take a Secret from. */
function documentsOf(text: string): Manifest[] {
  try {
    const value: unknown = Bun.YAML.parse(text);
    return (Array.isArray(value) ? value : [value]).filter(
      (each) => typeof each === "object" && each !== null,
    );
  } catch {
    return [];
  }
}

function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
