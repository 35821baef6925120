// Command bench measures go-plugin's own host on the plugin that bench/process.c measures Hotshoe on, and prints the same
// lines: a measure and a number.
//
//	bench PEER
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"hotshoe.test/process/faultsapi"
)

const many = 4000

type faults struct{ plugin.NetRPCUnsupportedPlugin }

func (faults) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

func (faults) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return faultsapi.NewFaultsClient(connection), nil
}

func start(peer string) (*plugin.Client, faultsapi.FaultsClient) {
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: 1, MagicCookieKey: "ORI_PLUGIN", MagicCookieValue: "ori-agent-v1",
		},
		Plugins:          plugin.PluginSet{"tool": faults{}},
		Cmd:              exec.Command(peer, "faults"),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		GRPCDialOptions:  []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64 << 20))},
		Logger:           hclog.NewNullLogger(),
	})
	protocol, err := client.Client()
	must(err)
	dispensed, err := protocol.Dispense("tool")
	must(err)
	return client, dispensed.(faultsapi.FaultsClient)
}

func main() {
	var client *plugin.Client
	var service faultsapi.FaultsClient
	for _, name := range []string{"start_first_us", "start_us"} {
		if client != nil {
			client.Kill()
		}
		began := time.Now()
		client, service = start(os.Args[1])
		echo(service, 16)
		fmt.Printf("%s %.1f\n", name, float64(time.Since(began).Nanoseconds())/1e3)
	}
	times := latencies(service, 16, many)
	fmt.Printf("call_16_us %.2f\ncall_16_p99_us %.2f\n", times[many/2], times[many*99/100])
	fmt.Printf("call_1m_us %.1f\n", latencies(service, 1<<20, 60)[30])
	for _, threads := range []int{1, 8, 64} {
		fmt.Printf("calls_%d %.0f\n", threads, callsASecond(service, threads))
	}
	fmt.Printf("resident_kib %s\n", resident())
	client.Kill()
}

func echo(service faultsapi.FaultsClient, bytes int) {
	_, err := service.Echo(context.Background(), &faultsapi.Bytes{Data: make([]byte, bytes)})
	must(err)
}

// In microseconds, sorted.
func latencies(service faultsapi.FaultsClient, bytes, count int) []float64 {
	message := &faultsapi.Bytes{Data: make([]byte, bytes)}
	times := make([]float64, 0, count)
	for at := -20; at < count; at++ {
		began := time.Now()
		_, err := service.Echo(context.Background(), message)
		must(err)
		if at >= 0 {
			times = append(times, float64(time.Since(began).Nanoseconds())/1e3)
		}
	}
	slices.Sort(times)
	return times
}

func callsASecond(service faultsapi.FaultsClient, threads int) float64 {
	var group sync.WaitGroup
	began := time.Now()
	for range threads {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 2 * many / threads {
				echo(service, 16)
			}
		}()
	}
	group.Wait()
	return float64(2*many/threads*threads) / time.Since(began).Seconds()
}

func resident() string {
	file, err := os.Open("/proc/self/status")
	must(err)
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), "VmRSS:"); found {
			return strings.Fields(rest)[0]
		}
	}
	return "0"
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
