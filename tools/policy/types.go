package main

import (
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// goTypes gives the type checker the schemas of Kubernetes' own kinds, from the fields of their Go types: the OpenAPI
// document of the same kinds is in the API server only.
type goTypes struct{}

func (goTypes) ResolveSchema(kind schema.GroupVersionKind) (*spec.Schema, error) {
	known, found := scheme.Scheme.AllKnownTypes()[kind]
	if !found {
		return nil, fmt.Errorf("%s: %w", kind, resolver.ErrSchemaNotFound)
	}
	return schemaOf(known, nil), nil
}

// schemaOf describes a type; above are the types that it is inside of, as some (JSONSchemaProps) hold themselves.
func schemaOf(of reflect.Type, above []reflect.Type) *spec.Schema {
	switch of {
	case reflect.TypeFor[metav1.Time](), reflect.TypeFor[metav1.MicroTime]():
		return spec.StrFmtProperty("date-time")
	case reflect.TypeFor[resource.Quantity]():
		return spec.StringProperty()
	case reflect.TypeFor[intstr.IntOrString]():
		either := spec.StringProperty()
		either.AddExtension("x-kubernetes-int-or-string", true)
		return either
	case reflect.TypeFor[[]byte]():
		return spec.StrFmtProperty("byte")
	}
	switch of.Kind() {
	case reflect.Pointer:
		return schemaOf(of.Elem(), above)
	case reflect.String:
		return spec.StringProperty()
	case reflect.Bool:
		return spec.BooleanProperty()
	case reflect.Slice:
		return spec.ArrayProperty(schemaOf(of.Elem(), above))
	case reflect.Map:
		return spec.MapProperty(schemaOf(of.Elem(), above))
	case reflect.Struct:
		return structSchema(of, above)
	case reflect.Float32, reflect.Float64:
		return spec.Float64Property()
	}
	return spec.Int64Property()
}

func structSchema(of reflect.Type, above []reflect.Type) *spec.Schema {
	object := &spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}, Properties: map[string]spec.Schema{}}}
	for _, outer := range above {
		if outer == of {
			object.AddExtension("x-kubernetes-preserve-unknown-fields", true)
			return object
		}
	}
	for field := range of.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := schemaOf(field.Type, append(above, of))
		if name == "" && strings.Contains(options, "inline") || name == "" && field.Anonymous {
			for key, value := range inner.Properties {
				object.Properties[key] = value
			}
		} else if name != "" && name != "-" {
			object.Properties[name] = *inner
		}
	}
	return object
}
