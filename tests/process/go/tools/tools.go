// Package tools has the two tools of the registry's document, whichever way they are served.
package tools

import (
	"context"
	"encoding/json"
	"fmt"

	"hotshoe.test/process/pluginapi"
)

// Version is that of both tools.
const Version = "1.2.3"

// Tool is one of the tools: what it says of itself, and what it does.
type Tool struct {
	pluginapi.UnimplementedToolServiceServer
	name, description, parameters string
	run                           func(arguments map[string]any) (any, error)
	agent                         *pluginapi.AgentContextRequest
}

// Math adds, subtracts, multiplies and divides.
func Math() *Tool {
	return &Tool{
		name:        "math",
		description: "Perform basic math operations: add, subtract, multiply, divide",
		parameters: `{"type":"object","properties":{"operation":{"type":"string","enum":["add","subtract","multiply","divide"]},` +
			`"a":{"type":"number"},"b":{"type":"number"}},"required":["operation","a","b"]}`,
		run: calculate,
	}
}

// Weather has one weather for all places.
func Weather() *Tool {
	return &Tool{
		name:        "weather",
		description: "Get weather for a given location",
		parameters:  `{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}`,
		run: func(arguments map[string]any) (any, error) {
			location, ok := arguments["location"].(string)
			if !ok || location == "" {
				return nil, fmt.Errorf("location is missing")
			}
			return map[string]any{"location": location, "temperature": 21.5, "sky": "clear"}, nil
		},
	}
}

func calculate(arguments map[string]any) (any, error) {
	a, first := arguments["a"].(float64)
	b, second := arguments["b"].(float64)
	if !first || !second {
		return nil, fmt.Errorf("a and b must be numbers")
	}
	switch operation := arguments["operation"]; operation {
	case "add":
		return a + b, nil
	case "subtract":
		return a - b, nil
	case "multiply":
		return a * b, nil
	case "divide":
		if b == 0 {
			return nil, fmt.Errorf("division by zero")
		}
		return a / b, nil
	default:
		return nil, fmt.Errorf("unknown operation: %v", operation)
	}
}

// GetDefinition says what the tool is.
func (t *Tool) GetDefinition(context.Context, *pluginapi.Empty) (*pluginapi.ToolDefinition, error) {
	return &pluginapi.ToolDefinition{Name: t.name, Description: t.description, ParametersJson: t.parameters}, nil
}

// Call runs the tool. What goes wrong comes in the answer, as the registry has it.
func (t *Tool) Call(_ context.Context, request *pluginapi.CallRequest) (*pluginapi.CallResponse, error) {
	var arguments map[string]any
	if err := json.Unmarshal([]byte(request.ArgsJson), &arguments); err != nil {
		return &pluginapi.CallResponse{Error: fmt.Sprintf("failed to parse arguments: %v", err)}, nil
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

// GetVersion says which version it is.
func (t *Tool) GetVersion(context.Context, *pluginapi.Empty) (*pluginapi.VersionResponse, error) {
	return &pluginapi.VersionResponse{Version: Version}, nil
}

// SetAgentContext is told for whom it works.
func (t *Tool) SetAgentContext(_ context.Context, agent *pluginapi.AgentContextRequest) (*pluginapi.Empty, error) {
	t.agent = agent
	return &pluginapi.Empty{}, nil
}

// GetDefaultSettings has units to choose.
func (t *Tool) GetDefaultSettings(context.Context, *pluginapi.Empty) (*pluginapi.SettingsResponse, error) {
	return &pluginapi.SettingsResponse{SettingsJson: `{"units":"metric"}`}, nil
}

// GetRequiredConfig has one variable.
func (t *Tool) GetRequiredConfig(context.Context, *pluginapi.Empty) (*pluginapi.ConfigVariablesResponse, error) {
	return &pluginapi.ConfigVariablesResponse{ConfigVars: []*pluginapi.ProtoConfigVariable{{
		Key: "units", Name: "Units", Description: "In which units it answers", Type: "string",
		DefaultValueJson: `"metric"`, Options: []string{"metric", "imperial"},
	}}}, nil
}

// ValidateConfig takes any JSON object.
func (t *Tool) ValidateConfig(
	_ context.Context, request *pluginapi.ValidateConfigRequest,
) (*pluginapi.ConfigResponse, error) {
	var config map[string]any
	if err := json.Unmarshal([]byte(request.ConfigJson), &config); err != nil {
		return &pluginapi.ConfigResponse{Error: err.Error()}, nil
	}
	return &pluginapi.ConfigResponse{Success: true}, nil
}

// InitializeWithConfig takes what ValidateConfig takes.
func (t *Tool) InitializeWithConfig(
	ctx context.Context, request *pluginapi.InitializeConfigRequest,
) (*pluginapi.ConfigResponse, error) {
	return t.ValidateConfig(ctx, &pluginapi.ValidateConfigRequest{ConfigJson: request.ConfigJson})
}

// GetMetadata says who made it.
func (t *Tool) GetMetadata(context.Context, *pluginapi.Empty) (*pluginapi.MetadataResponse, error) {
	return &pluginapi.MetadataResponse{Metadata: &pluginapi.PluginMetadata{
		Name: t.name, Version: Version, Description: t.description, License: "MIT",
		Repository:  "https://example.org/" + t.name,
		Maintainers: []*pluginapi.Maintainer{{Name: "A. Tester", Email: "a@example.org", Primary: true}},
		Platforms:   []*pluginapi.Platform{{Os: "linux", Architectures: []string{"amd64", "arm64"}}},
	}}, nil
}

// GetCompatibilityInfo says for which hosts it is.
func (t *Tool) GetCompatibilityInfo(
	context.Context, *pluginapi.Empty,
) (*pluginapi.CompatibilityInfoResponse, error) {
	return &pluginapi.CompatibilityInfoResponse{MinAgentVersion: "0.0.8", ApiVersion: "v1"}, nil
}

// GetWebPages names the one page.
func (t *Tool) GetWebPages(context.Context, *pluginapi.Empty) (*pluginapi.WebPagesResponse, error) {
	return &pluginapi.WebPagesResponse{Pages: []string{"status"}}, nil
}

// ServeWebPage shows the one page, and what was asked of it.
func (t *Tool) ServeWebPage(
	_ context.Context, request *pluginapi.WebPageRequest,
) (*pluginapi.WebPageResponse, error) {
	if request.Path != "status" {
		return &pluginapi.WebPageResponse{Error: "no such page: " + request.Path}, nil
	}
	content := fmt.Sprintf("<p>%s for %s: %v</p>", t.name, t.agent.GetName(), request.Query)
	return &pluginapi.WebPageResponse{Content: content, ContentType: "text/html"}, nil
}
