// Command tools is two tools of the registry in one program: its own name, math or weather, says which it is.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"hotshoe.test/registry/pluginapi"
)

func main() {
	name := filepath.Base(os.Args[0])
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	served, known := tools[name]
	if !known {
		fmt.Fprintf(os.Stderr, "there is no tool `%s`\n", name)
		os.Exit(2)
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: 1, MagicCookieKey: "ORI_PLUGIN", MagicCookieValue: "ori-agent-v1",
		},
		Plugins:    map[string]plugin.Plugin{"tool": &toolPlugin{served: served}},
		GRPCServer: plugin.DefaultGRPCServer,
	})
}

type toolPlugin struct {
	plugin.NetRPCUnsupportedPlugin
	served *tool
}

func (p *toolPlugin) GRPCServer(_ *plugin.GRPCBroker, server *grpc.Server) error {
	pluginapi.RegisterToolServiceServer(server, p.served)
	return nil
}

func (p *toolPlugin) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, fmt.Errorf("this is no host")
}

// tool is what a tool says of itself, and what it does.
type tool struct {
	pluginapi.UnimplementedToolServiceServer
	name, description, parameters string
	run                           func(arguments map[string]any) (any, error)
}

var tools = map[string]*tool{
	"math": {name: "math", description: "Adds two numbers", run: add,
		parameters: `{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}`},
	"weather": {name: "weather", description: "Says how the weather is somewhere", run: weather,
		parameters: `{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}`},
}

func add(arguments map[string]any) (any, error) {
	a, first := arguments["a"].(float64)
	b, second := arguments["b"].(float64)
	if !first || !second {
		return nil, fmt.Errorf("a and b must be numbers")
	}
	return a + b, nil
}

// weather knows one weather. A place called `volcano` ends the process, as a plugin with a fault might.
func weather(arguments map[string]any) (any, error) {
	location, _ := arguments["location"].(string)
	switch location {
	case "":
		return nil, fmt.Errorf("location is missing")
	case "volcano":
		panic("it is too hot here")
	}
	return map[string]any{"location": location, "sky": "clear"}, nil
}

func (t *tool) GetDefinition(context.Context, *pluginapi.Empty) (*pluginapi.ToolDefinition, error) {
	return &pluginapi.ToolDefinition{Name: t.name, Description: t.description, ParametersJson: t.parameters}, nil
}

// Call runs the tool. What goes wrong comes in the answer, as the registry has it.
func (t *tool) Call(_ context.Context, request *pluginapi.CallRequest) (*pluginapi.CallResponse, error) {
	var arguments map[string]any
	if err := json.Unmarshal([]byte(request.ArgsJson), &arguments); err != nil {
		return &pluginapi.CallResponse{Error: err.Error()}, nil
	}
	result, err := t.run(arguments)
	if err != nil {
		return &pluginapi.CallResponse{Error: err.Error()}, nil
	}
	text, err := json.Marshal(result)
	if err != nil {
		return &pluginapi.CallResponse{Error: err.Error()}, nil
	}
	return &pluginapi.CallResponse{ResultJson: string(text)}, nil
}
