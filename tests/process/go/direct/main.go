// Command direct is a plugin of the registry's second way: gRPC on the port that the host names, and nothing else.
//
//	ORI_PLUGIN_GRPC_PORT=4321 direct [math|weather] [fault]
//
// Faults: late (listens after two seconds), other-port (listens, but not there), any (listens on all addresses),
// exit (ends at once), ipv6 (listens on ::1), no-reflection.
package main

import (
	"fmt"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"

	"hotshoe.test/process/pluginapi"
	"hotshoe.test/process/tools"
)

func main() {
	port := os.Getenv("ORI_PLUGIN_GRPC_PORT")
	if port == "" {
		panic("ORI_PLUGIN_GRPC_PORT environment variable not set")
	}
	tool, fault := tools.Math(), ""
	for _, argument := range os.Args[1:] {
		switch argument {
		case "math":
		case "weather":
			tool = tools.Weather()
		default:
			fault = argument
		}
	}
	server := grpc.NewServer()
	pluginapi.RegisterToolServiceServer(server, tool)
	if fault != "no-reflection" {
		reflection.Register(server)
	}
	listener, err := net.Listen("tcp", address(fault, port))
	if err != nil {
		panic(err)
	}
	if err := server.Serve(listener); err != nil {
		panic(err)
	}
}

func address(fault, port string) string {
	switch fault {
	case "", "no-reflection":
	case "late":
		time.Sleep(2 * time.Second)
	case "other-port":
		return "127.0.0.1:0"
	case "any":
		return "0.0.0.0:" + port
	case "ipv6":
		return "[::1]:" + port
	case "exit":
		fmt.Fprintln(os.Stderr, "cannot start")
		os.Exit(3)
	default:
		panic("unknown fault: " + fault)
	}
	return "127.0.0.1:" + port
}
