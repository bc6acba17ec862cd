// Command network-policies enforces NetworkPolicies on one node: kube-router's controller for them alone, as kube-router's own
// program with --run-firewall and nothing else would. That program cannot be built: a module of its router is not to be had.
package main

import (
	"flag"
	"log"
	"sync"

	"github.com/cloudnativelabs/kube-router/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/pkg/options"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config := options.NewKubeRouterConfig()
	kubeconfig := flag.String("kubeconfig", "", "who to be, and where the API server is")
	flag.StringVar(&config.HostnameOverride, "node", "", "the node's name")
	flag.StringVar(&config.ClusterIPCIDR, "services", "", "the range of Services' addresses")
	flag.Parse()
	if err := run(config, *kubeconfig); err != nil {
		log.Fatal(err)
	}
}

func run(config *options.KubeRouterConfig, kubeconfig string) error {
	client, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	clientset, err := kubernetes.NewForConfig(client)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(clientset, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	stop := make(chan struct{})
	factory.Start(stop)
	factory.WaitForCacheSync(stop)

	controller, err := netpol.NewNetworkPolicyController(
		clientset, config, pods, policies, namespaces, &sync.Mutex{})
	if err != nil {
		return err
	}
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods:       controller.PodEventHandler,
		namespaces: controller.NamespaceEventHandler,
		policies:   controller.NetworkPolicyEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	// The controller waits for whoever reads its signs of life.
	beats := make(chan *healthcheck.ControllerHeartbeat, 1)
	go func() {
		for range beats {
		}
	}()
	var done sync.WaitGroup
	done.Add(1)
	controller.Run(beats, stop, &done)
	return nil
}
