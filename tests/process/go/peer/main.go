// Command peer is every go-plugin plugin of the tests, in one program, because one is built in half the time of two.
//
//	peer math | peer weather           the registry's plugins
//	peer faults [fault[=value]]...     one that does not behave; see faults.go
//
// Without arguments its own name says which it is, so that a copy called `weather` is the weather plugin.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"hotshoe.test/process/faultsapi"
	"hotshoe.test/process/pluginapi"
	"hotshoe.test/process/tools"
)

var handshake = plugin.HandshakeConfig{
	ProtocolVersion:  1,
	MagicCookieKey:   "ORI_PLUGIN",
	MagicCookieValue: "ori-agent-v1",
}

func main() {
	arguments := os.Args[1:]
	if len(arguments) == 0 {
		arguments = []string{filepath.Base(os.Args[0])}
	}
	switch arguments[0] {
	case "math":
		serve(&toolPlugin{tool: tools.Math()})
	case "weather":
		serve(&toolPlugin{tool: tools.Weather()})
	case "faults":
		serveWithFaults(arguments[1:])
	case sleeper:
		select {}
	default:
		fmt.Fprintf(os.Stderr, "there is no peer `%s`\n", arguments[0])
		os.Exit(2)
	}
}

func serve(served plugin.Plugin) {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake,
		Plugins:         map[string]plugin.Plugin{"tool": served},
		GRPCServer:      plugin.DefaultGRPCServer,
	})
}

// toolPlugin serves a tool, and the faults beside it where there are some.
type toolPlugin struct {
	plugin.NetRPCUnsupportedPlugin
	tool   pluginapi.ToolServiceServer
	faults *faults
}

func (p *toolPlugin) GRPCServer(broker *plugin.GRPCBroker, server *grpc.Server) error {
	pluginapi.RegisterToolServiceServer(server, p.tool)
	if p.faults != nil {
		p.faults.broker = broker
		faultsapi.RegisterFaultsServer(server, p.faults)
	}
	return nil
}

func (p *toolPlugin) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, fmt.Errorf("this is no host")
}
