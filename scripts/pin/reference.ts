import { AppError } from "../../service/errors.ts";

/** An image's name and tag, as people write it and as its registry knows it. */
export interface Reference {
  /** As written, without tag and digest. */
  readonly name: string;
  readonly tag: string;
  /** Host, with a port where it has one. */
  readonly registry: string;
  readonly repository: string;
}

/** https://github.com/distribution/reference: names and tags of images. */
const REFERENCE =
  /^(?<name>[a-z0-9][a-z0-9._:/-]*?[a-z0-9])(?::(?<tag>\w[\w.-]{0,127}))?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * Takes NAME:TAG apart (a digest behind it is left out). A name without a host is Docker Hub's, as docker reads it. Throws
 * AppError "invalid" for what is no reference or has no tag.
 */
export function parseReference(text: string): Reference {
  const { name = "", tag } = REFERENCE.exec(text)?.groups ?? {};
  if (name === "" || tag === undefined) {
    throw new AppError("invalid", `${text} is no image with a tag.`, {
      mend: "Write NAME:TAG, e.g. postgres:18.1.",
    });
  }
  const [first = "", ...rest] = name.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const host = hasHost ? first : "docker.io";
  const path = hasHost ? rest.join("/") : name;
  if (host !== "docker.io") return { name, tag, registry: host, repository: path };
  return {
    name,
    tag,
    registry: "registry-1.docker.io",
    repository: path.includes("/") ? path : `library/${path}`,
  };
}
