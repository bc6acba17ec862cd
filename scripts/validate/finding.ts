/** Every rule of `validate`, and what it stands for. Each has a tree in fixtures/<rule>/ that breaks it. */
export const RULES = {
  build: "every overlay, component combination and other kustomization is built, without a warning",
  component: "every component is part of a tested combination",
  schema: "every object fits its strict schema",
  "unknown-kind": "every kind has a schema in the repository; nothing is skipped",
  "image-digest": "images are named by digest",
  "image-marker": "the all-zero digest stands for our own unreleased image and nothing else",
  "image-place":
    "an overlay's one image digest is in its image/kustomization.yaml and reaches every pod of ours",
  "overlay-file": "an overlay holds the files that make environments differ and no others",
  "overlay-difference": "overlays differ from base and components only where they may",
  "secret-value": "no secret-looking value is in git unencrypted",
  "secret-object": "no Secret with data is in git",
  "secret-env": "no pod has a secret in its environment as plain text",
  "sops-file": "every *.enc.yaml is encrypted by sops, each value of it",
  "ci-command": "CI runs make targets that exist, and nothing else",
  policy: "every object is admitted by the policies",
  "policy-fixture": "each policy admits its passing fixtures and refuses its failing ones",
} as const;

export type Rule = keyof typeof RULES;

/** A fault of the tree: which rule, in which file or object, what is wrong and what to do. */
export interface Finding {
  readonly rule: Rule;
  readonly where: string;
  readonly message: string;
  readonly mend: string;
}
