package main

import (
	"slices"

	v1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
)

// fault is something wrong with a policy itself.
type fault struct {
	Policy  string `json:"policy"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// findFaults type-checks each policy against the kinds that it matches, as the API server does for its status, and looks
// for policies without a binding and bindings without a policy, which would silently do nothing.
func findFaults(known []entry) []fault {
	faults := []fault{}
	bound := boundPolicies(known)
	checker := validating.TypeChecker{SchemaResolver: goTypes{}, RestMapper: newMapper()}
	var names []string
	for _, entry := range known {
		policy, is := entry.object.(*v1.ValidatingAdmissionPolicy)
		if !is {
			continue
		}
		names = append(names, policy.Name)
		if !slices.Contains(bound, policy.Name) {
			faults = append(faults, fault{policy.Name, "metadata.name", "no ValidatingAdmissionPolicyBinding names it"})
		}
		for _, warning := range checker.Check(withConditions(policy)) {
			faults = append(faults, fault{policy.Name, warning.FieldRef, warning.Warning})
		}
	}
	for _, name := range bound {
		if !slices.Contains(names, name) {
			faults = append(faults, fault{name, "metadata.name", "a binding names it, but there is no such policy"})
		}
	}
	return faults
}

// withConditions has the match conditions as further validations: the checker leaves them out.
func withConditions(policy *v1.ValidatingAdmissionPolicy) *v1.ValidatingAdmissionPolicy {
	checked := policy.DeepCopy()
	for _, condition := range policy.Spec.MatchConditions {
		checked.Spec.Validations = append(checked.Spec.Validations, v1.Validation{Expression: condition.Expression})
	}
	return checked
}

// boundPolicies are the names that bindings give, each once, sorted.
func boundPolicies(known []entry) []string {
	names := []string{}
	for _, entry := range known {
		if binding, is := entry.object.(*v1.ValidatingAdmissionPolicyBinding); is {
			names = append(names, binding.Spec.PolicyName)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
