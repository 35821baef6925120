package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"hotshoe.test/process/tools"
)

// What `peer faults` understands. Those of the line are in line.go.
//
// Before the line:
//
//	exit-before-line[=status]  words on stderr, then the end (status 3)
//	panic-before-line          a Go panic
//	flood-stderr[=MiB]         so much on stderr (10)
//	long-log[=bytes]           one line of so many bytes on stderr (200000)
//	log-kinds                  one line of each kind that a log may have
//	ignore-term                SIGTERM does nothing
//	grandchild                 a child in a session of its own, whose id is told on stderr, and which never ends
//
// After the line:
//
//	exit-after-line            ends at once
//	close-stdio                closes stdin, stdout and stderr, and goes on
//	flood-stdout[=MiB]         so much on the real stdout (10)
//	flood-log                  a line on stderr each millisecond, for ever
//	stop                       SIGSTOP
//	die-after=milliseconds     SIGKILL
//
// While it serves:
//
//	ignore-shutdown            answers Shutdown, and goes on
//	hang-shutdown              does not answer Shutdown
//	not-serving                the health service says NOT_SERVING
//	no-health, no-reflection, no-stdio, no-controller   the service is unimplemented
type faults struct {
	faultsService
	wanted map[string]string
}

func serveWithFaults(arguments []string) {
	f := &faults{wanted: map[string]string{}}
	for _, argument := range arguments {
		name, value, _ := strings.Cut(argument, "=")
		f.wanted[name] = value
	}
	if !known(f.wanted) {
		fmt.Fprintf(os.Stderr, "there is no such fault in `%s`\n", strings.Join(arguments, " "))
		os.Exit(2)
	}
	f.serving.Store(!f.has("not-serving"))
	f.beforeTheLine()
	f.redirectLine()
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake,
		Plugins:         map[string]plugin.Plugin{"tool": &toolPlugin{tool: tools.Math(), faults: f}},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options,
				grpc.UnaryInterceptor(f.unary), grpc.StreamInterceptor(f.stream),
				grpc.MaxRecvMsgSize(256<<20), grpc.MaxSendMsgSize(256<<20))...)
		},
	})
}

func known(wanted map[string]string) bool {
	const all = " exit-before-line panic-before-line flood-stderr long-log log-kinds ignore-term grandchild" +
		" exit-after-line close-stdio flood-stdout flood-log stop die-after" +
		" ignore-shutdown hang-shutdown not-serving no-health no-reflection no-stdio no-controller" + lineFaults + " "
	for name := range wanted {
		if !strings.Contains(all, " "+name+" ") {
			return false
		}
	}
	return true
}

func (f *faults) has(name string) bool {
	_, has := f.wanted[name]
	return has
}

func (f *faults) number(name string, usual int) int {
	if number, err := strconv.Atoi(f.wanted[name]); err == nil {
		return number
	}
	return usual
}

func (f *faults) beforeTheLine() {
	if f.has("ignore-term") {
		signal.Ignore(syscall.SIGTERM)
	}
	if f.has("flood-stderr") {
		flood(os.Stderr, f.number("flood-stderr", 10))
	}
	if f.has("long-log") {
		fmt.Fprintln(os.Stderr, strings.Repeat("l", f.number("long-log", 200000)))
	}
	if f.has("log-kinds") {
		logKinds()
	}
	if f.has("grandchild") {
		fmt.Fprintf(os.Stderr, "grandchild %d\n", fork())
	}
	if f.has("exit-before-line") {
		fmt.Fprintln(os.Stderr, "cannot start: the disk is full")
		os.Exit(f.number("exit-before-line", 3))
	}
	if f.has("panic-before-line") {
		panic("before the line")
	}
}

func (f *faults) afterTheLine(stdout *os.File) {
	if f.has("exit-after-line") {
		os.Exit(0)
	}
	if f.has("close-stdio") {
		for _, file := range []int{0, 1, 2} {
			_ = syscall.Close(file)
		}
	}
	if f.has("stop") {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	if f.has("die-after") {
		time.AfterFunc(time.Duration(f.number("die-after", 0))*time.Millisecond, func() {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		})
	}
	if f.has("flood-log") {
		go func() {
			for number := 0; ; number++ {
				fmt.Fprintf(realStderr, "[INFO] line %d\n", number)
				time.Sleep(time.Millisecond)
			}
		}()
	}
	if f.has("flood-stdout") {
		flood(stdout, f.number("flood-stdout", 10))
	}
}

// flood writes lines of 64 bytes.
func flood(file *os.File, mebibytes int) {
	lines := strings.Repeat(strings.Repeat("f", 63)+"\n", 16384)
	for range mebibytes {
		_, _ = file.WriteString(lines)
	}
}

func logKinds() {
	fmt.Fprint(os.Stderr,
		`{"@level":"warn","@message":"a warning","@module":"peer","@timestamp":"2026-01-02T03:04:05.678901Z","left":3}`+"\n"+
			"[ERROR] an error\n"+
			"2026-01-02T03:04:05.678Z [DEBUG] peer: a note: left=3\n"+
			"2026/01/02 03:04:05 from package log\n"+
			"\x1b[31mred\x1b[0m and \xff no UTF-8\n"+
			"{\"@level\": \n"+
			"plain\n")
}

func (f *faults) unary(
	ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler,
) (any, error) {
	switch {
	case strings.HasPrefix(info.FullMethod, "/grpc.health.v1.Health/"):
		if f.has("no-health") {
			return nil, status.Error(codes.Unimplemented, "unknown service")
		}
		if !f.serving.Load() {
			return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_NOT_SERVING}, nil
		}
	case info.FullMethod == "/plugin.GRPCController/Shutdown":
		if f.has("no-controller") {
			return nil, status.Error(codes.Unimplemented, "unknown service")
		}
		if f.has("hang-shutdown") {
			select {}
		}
		if f.has("ignore-shutdown") {
			return request, nil
		}
	}
	return next(ctx, request)
}

func (f *faults) stream(
	service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler,
) error {
	if f.has("no-reflection") && strings.HasPrefix(info.FullMethod, "/grpc.reflection.") ||
		f.has("no-stdio") && strings.HasPrefix(info.FullMethod, "/plugin.GRPCStdio/") {
		return status.Error(codes.Unimplemented, "unknown service")
	}
	return next(service, stream)
}
