// Policy asks ValidatingAdmissionPolicies what an API server would answer, without one.
//
// It is Kubernetes' own admission plugin (k8s.io/apiserver) with its matching, parameters, CEL environment, type check
// and cost limits, over objects that are read from files.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"k8s.io/klog/v2"
)

const usage = `Usage: policy --policies FILE [--context FILE]... [--now TIME] [--faults] [OBJECTS]...

Prints as JSON what the ValidatingAdmissionPolicies in FILE find in the objects of the OBJECTS files, as if each object
were created now.

  --policies FILE   YAML with policies, bindings and the ConfigMaps that they take parameters from
  --context FILE    YAML with objects that exist already, such as namespaces; may be repeated
  --now TIME        the time of creation (RFC 3339; default: now)
  --faults          also look for what is wrong with the policies themselves, by the type checker among others (some seconds)

Exit status: 0 the verdicts were printed, whatever they are; 2 wrong use or unreadable input.
`

// report is what is printed.
type report struct {
	// Faults are what the API server would refuse or warn of in the policies themselves.
	Faults []fault `json:"faults"`
	// Policies names every policy that has a binding.
	Policies []string  `json:"policies"`
	Verdicts []verdict `json:"verdicts"`
}

type paths []string

func (p *paths) String() string     { return strings.Join(*p, ",") }
func (p *paths) Set(v string) error { *p = append(*p, v); return nil }

func main() {
	// The plugin logs its progress; what is wrong is in the verdicts.
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	flags := flag.NewFlagSet("policy", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	policies := flags.String("policies", "", "")
	nowText := flags.String("now", "", "")
	withFaults := flags.Bool("faults", false, "")
	var context paths
	flags.Var(&context, "context", "")
	if err := flags.Parse(os.Args[1:]); err == flag.ErrHelp {
		os.Exit(0)
	} else if err != nil {
		os.Exit(2)
	}
	result, err := judge(*policies, context, flags.Args(), *nowText, *withFaults)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "policy: %v\n", err)
		os.Exit(2)
	}
}

func judge(policyFile string, contextFiles, objectFiles []string, nowText string, withFaults bool) (*report, error) {
	if policyFile == "" {
		return nil, fmt.Errorf("--policies is missing; see policy --help")
	}
	now := time.Now()
	if nowText != "" {
		parsed, err := time.Parse(time.RFC3339, nowText)
		if err != nil {
			return nil, fmt.Errorf("--now %q is no time; write it as 2026-01-31T12:00:00Z", nowText)
		}
		now = parsed
	}
	known, err := readAll(append([]string{policyFile}, contextFiles...))
	if err != nil {
		return nil, err
	}
	objects, err := readAll(objectFiles)
	if err != nil {
		return nil, err
	}
	admission, err := newAdmission(known, objects)
	if err != nil {
		return nil, err
	}
	defer admission.stop()
	result := &report{Faults: []fault{}, Policies: boundPolicies(known), Verdicts: []verdict{}}
	if withFaults {
		result.Faults = findFaults(known)
	}
	for _, object := range objects {
		verdict, err := admission.create(object, now)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", object.file, err)
		}
		result.Verdicts = append(result.Verdicts, *verdict)
	}
	return result, nil
}
