package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/cache"
)

// failureKey is where the plugin writes every failure of a binding whose action is Audit, as JSON.
const failureKey = "validation.policy.admission.k8s.io/validation_failure"

// verdict is what the policies say of one object.
type verdict struct {
	File      string   `json:"file"`
	Kind      string   `json:"kind"`
	Namespace string   `json:"namespace,omitempty"`
	Name      string   `json:"name"`
	Denials   []denial `json:"denials"`
}

type denial struct {
	Policy  string `json:"policy"`
	Binding string `json:"binding"`
	Message string `json:"message"`
}

// policyAdmission is the API server's admission plugin over a client that holds the given objects.
type policyAdmission struct {
	plugin     *validating.Plugin
	interfaces admission.ObjectInterfaces
	stop       context.CancelFunc
}

func newAdmission(known, objects []entry) (*policyAdmission, error) {
	var held []runtime.Object
	for _, entry := range known {
		if err := setDefaults(entry.object); err != nil {
			return nil, err
		}
		if binding, is := entry.object.(*v1.ValidatingAdmissionPolicyBinding); is {
			// The plugin answers Deny with one message only; Audit gets all of them, from the same evaluation.
			binding.Spec.ValidationActions = []v1.ValidationAction{v1.Audit}
		}
		if scheme.Scheme.Recognizes(entry.kind) {
			held = append(held, entry.object)
		}
	}
	for _, entry := range objects {
		if entry.kind == (schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}) {
			held = append(held, entry.object)
		}
	}
	client := fake.NewSimpleClientset()
	for _, object := range held {
		if err := client.Tracker().Add(object); err != nil {
			return nil, err
		}
	}
	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetDynamicClient(dynamicfake.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetRESTMapper(newMapper())
	plugin.SetUnconditionalAuthorizer(nobody{})
	plugin.SetDrainedNotification(ctx.Done())
	if err := plugin.ValidateInitialization(); err != nil {
		stop()
		return nil, err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), plugin.WaitForReady) {
		stop()
		return nil, fmt.Errorf("the policies could not be loaded")
	}
	return &policyAdmission{plugin, admission.NewObjectInterfacesFromScheme(scheme.Scheme), stop}, nil
}

// create asks what would be said to the creation of an object at a time.
func (a *policyAdmission) create(entry entry, now time.Time) (*verdict, error) {
	object := entry.object.DeepCopyObject()
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	// As the API server does before it validates: rest.FillObjectMetaSystemFields.
	accessor.SetCreationTimestamp(metav1.NewTime(now))
	resource, _ := meta.UnsafeGuessKindToResource(entry.kind)
	request := &request{Attributes: admission.NewAttributesRecord(object, nil, entry.kind, entry.meta.GetNamespace(),
		entry.meta.GetName(), resource, "", admission.Create, &metav1.CreateOptions{}, false, &user.DefaultInfo{Name: "policy"})}

	result := &verdict{File: entry.file, Kind: entry.kind.Kind, Namespace: entry.meta.GetNamespace(), Name: entry.meta.GetName(), Denials: []denial{}}
	// Only what is wrong with a policy or a binding itself is refused here; see newAdmission.
	if err := a.plugin.Validate(context.Background(), request, a.interfaces); err != nil {
		result.Denials = append(result.Denials, denial{Message: err.Error()})
	}
	var failures []validating.ValidationFailureValue
	if request.failures != "" {
		if err := json.Unmarshal([]byte(request.failures), &failures); err != nil {
			return nil, err
		}
	}
	for _, failure := range failures {
		result.Denials = append(result.Denials, denial{failure.Policy, failure.Binding, failure.Message})
	}
	// The plugin asks its policies in no order.
	slices.SortStableFunc(result.Denials, func(a, b denial) int { return strings.Compare(a.Policy, b.Policy) })
	return result, nil
}

// request keeps the annotation in which the plugin reports.
type request struct {
	admission.Attributes
	failures string
}

func (r *request) AddAnnotation(key, value string) error {
	if key == failureKey {
		r.failures = value
	}
	return nil
}

// nobody may do anything: no policy here asks the authorizer.
type nobody struct{}

func (nobody) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionDeny, "", nil
}

// newMapper knows Kubernetes' own kinds. Which of them have no namespace matters for parameters only, and those are
// ConfigMaps.
func newMapper() meta.RESTMapper {
	mapper := meta.NewDefaultRESTMapper(nil)
	for kind := range scheme.Scheme.AllKnownTypes() {
		mapper.Add(kind, meta.RESTScopeNamespace)
	}
	return mapper
}
