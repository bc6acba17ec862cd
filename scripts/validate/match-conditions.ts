import type { KubeObject } from "../lib/kustomize.ts";
import type { Finding } from "./finding.ts";

interface PolicySpec {
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
}

/**
 * Match conditions that use a policy's variables. The API server refuses such a policy when it is written
 * (k8s.io/kubernetes/pkg/apis/admissionregistration/validation), while its admission plugin, asked without it, knows them.
 */
export function checkMatchConditions(policies: readonly KubeObject[]): Finding[] {
  return policies
    .filter(({ kind }) => kind === "ValidatingAdmissionPolicy")
    .flatMap(({ metadata, spec }) =>
      ((spec as PolicySpec).matchConditions ?? [])
        .filter(({ expression }) => /\bvariables\./.test(expression))
        .map(({ name }) => ({
          rule: "policy",
          where: `policies: ${metadata.name}`,
          message: `the match condition ${name} uses a variable, so the API server refuses the policy`,
          mend: "Put it into the expressions of its validations.",
        })),
    );
}
