package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
)

// entry is one object of a file.
type entry struct {
	file string
	kind schema.GroupVersionKind
	// object has Kubernetes' own type where there is one, as in the API server; else (custom resources) it is unstructured.
	object runtime.Object
	meta   *unstructured.Unstructured
}

// readAll returns the objects of YAML files in their order.
func readAll(files []string) ([]entry, error) {
	var entries []entry
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
		for {
			document, err := reader.Read()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			found, err := decode(file, document)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if found != nil {
				entries = append(entries, *found)
			}
		}
	}
	return entries, nil
}

// decode returns nil for a document that holds comments only.
func decode(file string, document []byte) (*entry, error) {
	fields := map[string]any{}
	if err := yaml.Unmarshal(document, &fields); err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, nil
	}
	meta := &unstructured.Unstructured{Object: fields}
	kind := meta.GroupVersionKind()
	if kind.Kind == "" || kind.Version == "" {
		return nil, errors.New("a document without apiVersion or kind")
	}
	if !scheme.Scheme.Recognizes(kind) {
		return &entry{file, kind, meta, meta}, nil
	}
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind.Kind, meta.GetName(), err)
	}
	return &entry{file, kind, object, meta}, nil
}
