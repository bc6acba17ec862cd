import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { type KubeObject, nameOf } from "../lib/kustomize.ts";
import type { Finding } from "./finding.ts";
import type { Built } from "./targets.ts";
import type { Tree } from "./tree.ts";

/** Stands for our image before its first release; bootstrap and promote refuse it. */
export const MARKER = `sha256:${"0".repeat(64)}`;

/** NAME[:TAG]@DIGEST: https://github.com/distribution/reference. A tag beside a digest is a word for people. */
const DIGEST = /^(?<name>[^@\s]+?)(?::[\w][\w.-]*)?@(?<digest>sha256:[0-9a-f]{64})$/;

/** The images of all containers of an object, wherever it holds a pod's template. */
export function imagesOf(object: KubeObject): string[] {
  return imagesWithin(object);
}

function imagesWithin(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesWithin);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (!/^(c|initC|ephemeralC)ontainers$/.test(key) || !Array.isArray(inner)) return imagesWithin(inner);
    return inner.flatMap((container: unknown) => {
      const image = (container as { image?: unknown } | null)?.image;
      return typeof image === "string" ? [image] : [];
    });
  });
}

/** What an overlay's image/kustomization.yaml says; undefined when it is not there or says something else. */
export function readOverlayImage(
  root: string,
  overlay: string,
): { readonly name: string; readonly digest: string } | undefined {
  const file = join(root, "overlays", overlay, "image/kustomization.yaml");
  if (!existsSync(file)) return undefined;
  const { images } = (parse(readFileSync(file, "utf8")) ?? {}) as { images?: unknown };
  if (!Array.isArray(images) || images.length !== 1) return undefined;
  const { name, digest } = images[0] as { name?: unknown; digest?: unknown };
  return typeof name === "string" && typeof digest === "string" ? { name, digest } : undefined;
}

/** Images by digest only, the marker for ours only, ours from the overlay's one place only. */
export function checkImages(tree: Tree, built: readonly Built[]): Finding[] {
  const ours = new Map(tree.overlays.map((overlay) => [overlay, readOverlayImage(tree.root, overlay)]));
  const ourNames = new Set([...ours.values()].flatMap((image) => image?.name ?? []));
  const findings = [...ours].flatMap(([overlay, image]) => (image === undefined ? [missing(overlay)] : []));
  for (const target of built) {
    for (const object of target.objects) {
      const where = `${target.name}: ${nameOf(object)}`;
      for (const image of new Set(imagesOf(object))) {
        findings.push(...judge(image, where, ourNames));
        const own = target.overlay === undefined ? undefined : ours.get(target.overlay);
        const { name, digest } = DIGEST.exec(image)?.groups ?? {};
        if (own !== undefined && name === own.name && digest !== own.digest)
          findings.push(misplaced(image, where));
      }
    }
  }
  return findings;
}

function judge(image: string, where: string, ourNames: ReadonlySet<string>): Finding[] {
  const { name = "", digest } = DIGEST.exec(image)?.groups ?? {};
  if (digest === undefined) {
    const message = `the image ${image} is not named by digest`;
    const mend = "Write NAME@sha256:… (scripts/pin resolves a tag): a tag can be moved to other contents.";
    return [{ rule: "image-digest", where, message, mend }];
  }
  // All that we publish stands in one place.
  const ours = [...ourNames].some((own) => dirname(own) === dirname(name));
  if (digest !== MARKER || ours) return [];
  const message = `the image ${name} has the all-zero digest, which only stands for our own before its first release`;
  return [
    { rule: "image-marker", where, message, mend: "Pin the digest that its registry has: scripts/pin." },
  ];
}

function missing(overlay: string): Finding {
  return {
    rule: "image-place",
    where: `overlays/${overlay}/image/kustomization.yaml`,
    message: "it does not say exactly one image's name and digest",
    mend: "Make it a Component with one entry of images: name and digest, so that a promotion is one line.",
  };
}

function misplaced(image: string, where: string): Finding {
  const message = `${image} is not the digest of the overlay's image/kustomization.yaml`;
  return { rule: "image-place", where, message, mend: "Take the other pin of this image away." };
}
