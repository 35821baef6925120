package main

// Whether the peers do what the tests of Hotshoe take them for, seen by go-plugin's own host.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"hotshoe.test/process/faultsapi"
	"hotshoe.test/process/pluginapi"
)

func TestMain(m *testing.M) {
	if arguments, is := os.LookupEnv("PEER_ARGUMENTS"); is {
		// A child of the peer is started with arguments of its own.
		if len(os.Args) == 1 {
			os.Args = append(os.Args, strings.Fields(arguments)...)
		}
		main()
		return
	}
	os.Exit(m.Run())
}

// host is what go-plugin gives a host of a peer.
type host struct {
	broker *plugin.GRPCBroker
	tool   pluginapi.ToolServiceClient
	faults faultsapi.FaultsClient
}

type hostSide struct{ plugin.NetRPCUnsupportedPlugin }

func (hostSide) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("this is no plugin")
}

func (hostSide) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return &host{broker, pluginapi.NewToolServiceClient(connection), faultsapi.NewFaultsClient(connection)}, nil
}

func client(t *testing.T, arguments string) *plugin.Client {
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), "PEER_ARGUMENTS="+arguments)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugin.PluginSet{"tool": hostSide{}}, Cmd: command,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
		GRPCDialOptions: []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64 << 20))},
	})
	t.Cleanup(client.Kill)
	return client
}

func start(t *testing.T, arguments string) (*host, *plugin.Client) {
	client := client(t, arguments)
	protocol, err := client.Client()
	if err != nil {
		t.Fatal(err)
	}
	dispensed, err := protocol.Dispense("tool")
	if err != nil {
		t.Fatal(err)
	}
	return dispensed.(*host), client
}

func TestToolsAreCalled(t *testing.T) {
	for arguments, want := range map[string][2]string{
		"math":    {`{"operation":"add","a":1,"b":2}`, "3"},
		"weather": {`{"location":"Oslo"}`, `{"location":"Oslo","sky":"clear","temperature":21.5}`},
	} {
		host, _ := start(t, arguments)
		answer, err := host.tool.Call(t.Context(), &pluginapi.CallRequest{ArgsJson: want[0]})
		if err != nil || answer.ResultJson != want[1] {
			t.Error(answer, err)
		}
	}
}

func TestServiceOfFaults(t *testing.T) {
	host, client := start(t, "faults")
	echo, err := host.faults.Echo(t.Context(), &faultsapi.Bytes{Data: bytes.Repeat([]byte{7}, 1<<20)})
	if err != nil || len(echo.Data) != 1<<20 {
		t.Error(len(echo.GetData()), err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := host.faults.Wait(short, &faultsapi.WaitRequest{Milliseconds: 60000}); status.Code(err) != codes.DeadlineExceeded {
		t.Error(err)
	}
	_, err = host.faults.Fail(t.Context(), &faultsapi.FailRequest{Code: 9, Message: "not now", Detail: "why"})
	if failure := status.Convert(err); failure.Code() != codes.FailedPrecondition || len(failure.Details()) != 1 {
		t.Error(err)
	}
	self, err := host.faults.Self(t.Context(), &faultsapi.Nothing{})
	if err != nil || len(self.OpenFiles) < 3 || int(self.Parent) != os.Getpid() {
		t.Error(self, err)
	}
	forked, err := host.faults.Fork(t.Context(), &faultsapi.Nothing{})
	if err != nil || syscall.Kill(int(forked.Process), syscall.SIGKILL) != nil {
		t.Error(forked, err)
	}
	protocol, _ := client.Client()
	if err := protocol.Ping(); err != nil {
		t.Error(err)
	}
}

func TestStreams(t *testing.T) {
	host, _ := start(t, "faults")
	count, err := host.faults.Count(t.Context(), &faultsapi.CountRequest{Messages: 3, Size: 5})
	must(err)
	for number := range uint32(3) {
		if message, err := count.Recv(); err != nil || message.Number != number || len(message.Data) != 5 {
			t.Fatal(message, err)
		}
	}
	if _, err := count.Recv(); err != io.EOF {
		t.Error(err)
	}
	sum, err := host.faults.Sum(t.Context())
	must(err)
	must(sum.Send(&faultsapi.Number{Value: 2}))
	must(sum.Send(&faultsapi.Number{Value: 3}))
	if number, err := sum.CloseAndRecv(); err != nil || number.Value != 5 {
		t.Error(number, err)
	}
	chat, err := host.faults.Chat(t.Context())
	must(err)
	must(chat.Send(&faultsapi.Bytes{Data: []byte("x")}))
	if answer, err := chat.Recv(); err != nil || string(answer.Data) != "x" {
		t.Error(answer, err)
	}
}

type echo struct {
	faultsapi.UnimplementedHostServer
}

func (echo) Echo(_ context.Context, request *faultsapi.Bytes) (*faultsapi.Bytes, error) {
	return &faultsapi.Bytes{Data: append(request.Data, '!')}, nil
}

func TestHostIsCalledBack(t *testing.T) {
	host, _ := start(t, "faults")
	broker := host.broker.NextId()
	go host.broker.AcceptAndServe(broker, func(options []grpc.ServerOption) *grpc.Server {
		server := grpc.NewServer(options...)
		faultsapi.RegisterHostServer(server, echo{})
		return server
	})
	answer, err := host.faults.CallBack(t.Context(), &faultsapi.CallBackRequest{Broker: broker, Data: []byte("a"), Times: 3})
	if err != nil || string(answer.Data) != "a!" {
		t.Error(answer, err)
	}
}

func TestEndsInTheMiddleOfACall(t *testing.T) {
	for name, end := range map[string]func(*host) error{
		"panic": func(h *host) error { _, err := h.faults.Panic(t.Context(), &faultsapi.Nothing{}); return err },
		"exit":  func(h *host) error { _, err := h.faults.Die(t.Context(), &faultsapi.DieRequest{Status: 7}); return err },
		"kill":  func(h *host) error { _, err := h.faults.Die(t.Context(), &faultsapi.DieRequest{Signal: 9}); return err },
	} {
		host, client := start(t, "faults")
		if err := end(host); status.Code(err) != codes.Unavailable {
			t.Error(name, err)
		}
		for until := time.Now().Add(5 * time.Second); !client.Exited(); {
			if time.Now().After(until) {
				t.Fatal(name, "has not ended")
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func TestHealthIsWhatIsWanted(t *testing.T) {
	host, client := start(t, "faults not-serving")
	protocol, _ := client.Client()
	if err := protocol.Ping(); err != nil {
		// go-plugin's host does not look at the status (go-plugin#341), so this is its other errors.
		t.Error(err)
	}
	if _, err := host.faults.SetServing(t.Context(), &faultsapi.SetServingRequest{Serving: true}); err != nil {
		t.Error(err)
	}
}

// Not with a grandchild: go-plugin's own host waits for the end of the pipes, which that has too.
func TestLines(t *testing.T) {
	for arguments, fails := range map[string]bool{
		"byte-at-a-time": false, "slow-line=50": false, "crlf": false, "tcp": false, "tcp=[::1]:0": false,
		"outside=" + t.TempDir(): false, "log-kinds": false, "long-log": false, "flood-stderr=1": false,
		"flood-stdout=1": false, "ignore-term": false, "no-reflection": false, "no-stdio": false,
		"noise-before": true, "empty-line": true, "core=2": true, "version=2": true, "four-fields": true,
		"protocol=netrpc": true, "exit-before-line": true, "panic-before-line": true, "no-newline-close": false,
		"network=pipe": true, "noise-binary": true, "unknown": true,
	} {
		client := client(t, "faults "+arguments)
		_, err := client.Start()
		if fails != (err != nil) {
			t.Error(arguments, err)
		}
		if err == nil {
			if protocol, err := client.Client(); err != nil || protocol.Ping() != nil {
				t.Error(arguments, err)
			}
		}
		client.Kill()
	}
}

func TestForwarderEndsWithItsPeer(t *testing.T) {
	folder := t.TempDir()
	listener, err := net.Listen("unix", folder+"/s")
	must(err)
	connection, err := net.Dial("tcp", forward("", folder+"/s"))
	must(err)
	accepted, err := listener.Accept()
	must(err)
	must(accepted.Close())
	if _, err := connection.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}
}
