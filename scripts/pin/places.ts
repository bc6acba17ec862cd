/** A place in a file that names an image, and so can be pinned. */
export interface Place {
  /** The image's name as it is pulled, without tag and digest: newName where a kustomization has it. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
  /** The file's text with another digest in this place, and with the tag where it is written. */
  pinned(text: string, digest: string, tag: string): string;
}

const NAME = "[a-z0-9][a-z0-9._/-]*(?::\\d+/[a-z0-9._/-]+)?";

/** `image: NAME:TAG@DIGEST` of manifests and CI, `FROM` and `ARG X_IMAGE=` of Dockerfiles. */
const INLINE = new RegExp(
  `^(?<before>\\s*(?:-\\s+)?(?:image:\\s*|FROM\\s+|ARG\\s+\\w+=)["']?)` +
    `(?<name>${NAME})(?::(?<tag>\\w[\\w.-]*))?(?:@(?<digest>sha256:[0-9a-f]{64}))?(?=["'\\s]|$)`,
);

/** An entry of a kustomization's `images:`; its fields follow on deeper lines. */
const ENTRY = new RegExp(`^(?<indent>\\s*)- name:\\s*["']?(?<name>${NAME})["']?\\s*$`);
const FIELD = /^(?<indent>\s*)(?<key>newName|newTag|digest):\s*["']?(?<value>[^\s"'#]+)["']?/;

/** Every place of a text that names an image by tag or digest. Text that it does not understand it leaves alone. */
export function placesIn(text: string): Place[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const entry = ENTRY.exec(line)?.groups;
    if (entry !== undefined) return entryPlace(lines, index, entry.name ?? "", (entry.indent ?? "").length);
    const inline = INLINE.exec(line)?.groups;
    if (inline === undefined) return [];
    const { before = "", name = "", tag, digest } = inline;
    if (tag === undefined && digest === undefined) return [];
    const length = INLINE.exec(line)?.[0].length ?? 0;
    const pinned = (whole: string, to: string, toTag: string) =>
      withLine(
        whole,
        index,
        `${before}${name}${tag === undefined ? "" : `:${toTag}`}@${to}${line.slice(length)}`,
      );
    return [
      { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }), pinned },
    ];
  });
}

function entryPlace(lines: readonly string[], start: number, name: string, indent: number): Place[] {
  const fields = new Map<string, { index: number; value: string }>();
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line.trim() !== "" && !/^\s*#/.test(line) && line.search(/\S/) <= indent) break;
    const { key, value } = FIELD.exec(line)?.groups ?? {};
    if (key !== undefined && value !== undefined) fields.set(key, { index, value });
  }
  const [tag, digest] = [fields.get("newTag"), fields.get("digest")];
  if (tag === undefined && digest === undefined) return [];
  const pad = " ".repeat(indent + 2);
  const pinned = (text: string, to: string, toTag: string): string => {
    const tagged = tag === undefined ? text : withField(text, tag.index, `newTag: "${toTag}"`);
    if (digest !== undefined) return withField(tagged, digest.index, `digest: ${to}`);
    const now = tagged.split("\n");
    return [...now.slice(0, start + 1), `${pad}digest: ${to}`, ...now.slice(start + 1)].join("\n");
  };
  return [
    {
      name: fields.get("newName")?.value ?? name,
      ...(tag && { tag: tag.value }),
      ...(digest && { digest: digest.value }),
      pinned,
    },
  ];
}

/** A tag such as 1.0 is a number unless it is in quotes; what follows the field on its line stays. */
function withField(text: string, index: number, field: string): string {
  const line = text.split("\n")[index] ?? "";
  return withLine(
    text,
    index,
    line.replace(FIELD, (_field, indent: string) => `${indent}${field}`),
  );
}

function withLine(text: string, index: number, line: string): string {
  return text.split("\n").with(index, line).join("\n");
}
