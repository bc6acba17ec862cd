package main

import (
	"fmt"

	v1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// setDefaults fills in what the API server would (k8s.io/kubernetes/pkg/apis/admissionregistration/v1/defaults.go), as
// far as policies and bindings leave it out here.
func setDefaults(object any) error {
	switch object := object.(type) {
	case *v1.ValidatingAdmissionPolicy:
		if object.Spec.MatchConstraints == nil {
			return fmt.Errorf("the policy %s has no matchConstraints", object.Name)
		}
		if object.Spec.FailurePolicy == nil {
			object.Spec.FailurePolicy = new(v1.Fail)
		}
		setMatchDefaults(object.Spec.MatchConstraints)
	case *v1.ValidatingAdmissionPolicyBinding:
		if object.Spec.MatchResources != nil {
			setMatchDefaults(object.Spec.MatchResources)
		}
	}
	return nil
}

func setMatchDefaults(match *v1.MatchResources) {
	if match.MatchPolicy == nil {
		match.MatchPolicy = new(v1.Equivalent)
	}
	if match.NamespaceSelector == nil {
		match.NamespaceSelector = &metav1.LabelSelector{}
	}
	if match.ObjectSelector == nil {
		match.ObjectSelector = &metav1.LabelSelector{}
	}
	for _, rules := range [][]v1.NamedRuleWithOperations{match.ResourceRules, match.ExcludeResourceRules} {
		for i := range rules {
			if rules[i].Scope == nil {
				rules[i].Scope = new(v1.AllScopes)
			}
		}
	}
}
