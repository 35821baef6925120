package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"hotshoe.test/process/faultsapi"
)

// sleeper is the argument of a process that never ends by itself.
const sleeper = "sleeper"

// faultsService does what a test asks for while the plugin runs; faults.proto says what each method does.
type faultsService struct {
	faultsapi.UnimplementedFaultsServer
	broker  *plugin.GRPCBroker
	serving atomic.Bool
	private string
}

func (s *faultsService) Echo(_ context.Context, request *faultsapi.Bytes) (*faultsapi.Bytes, error) {
	return request, nil
}

func (s *faultsService) Wait(ctx context.Context, request *faultsapi.WaitRequest) (*faultsapi.WaitResponse, error) {
	select {
	case <-ctx.Done():
		fmt.Fprintln(realStderr, "[INFO] a call was cancelled")
		return nil, status.FromContextError(ctx.Err()).Err()
	case <-time.After(time.Duration(request.Milliseconds) * time.Millisecond):
		return &faultsapi.WaitResponse{Milliseconds: request.Milliseconds}, nil
	}
}

func (s *faultsService) Count(
	request *faultsapi.CountRequest, stream grpc.ServerStreamingServer[faultsapi.CountResponse],
) error {
	data := bytes.Repeat([]byte{'c'}, int(request.Size))
	for number := range request.Messages {
		if request.DieAfter > 0 && number == request.DieAfter {
			// What was sent before must have left: the host is to see it.
			time.Sleep(50 * time.Millisecond)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		if err := stream.Send(&faultsapi.CountResponse{Number: number, Data: data}); err != nil {
			return err
		}
		time.Sleep(time.Duration(request.MillisecondsBetween) * time.Millisecond)
	}
	return nil
}

func (s *faultsService) Sum(stream grpc.ClientStreamingServer[faultsapi.Number, faultsapi.Number]) error {
	sum := int64(0)
	for {
		number, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&faultsapi.Number{Value: sum})
		}
		if err != nil {
			return err
		}
		sum += number.Value
	}
}

func (s *faultsService) Chat(stream grpc.BidiStreamingServer[faultsapi.Bytes, faultsapi.Bytes]) error {
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(message); err != nil {
			return err
		}
	}
}

func (s *faultsService) Fail(_ context.Context, request *faultsapi.FailRequest) (*faultsapi.Nothing, error) {
	failure := status.New(codes.Code(request.Code), request.Message)
	if request.Detail != "" {
		detailed, err := failure.WithDetails(wrapperspb.String(request.Detail))
		if err != nil {
			return nil, err
		}
		failure = detailed
	}
	return nil, failure.Err()
}

func (s *faultsService) Panic(context.Context, *faultsapi.Nothing) (*faultsapi.Nothing, error) {
	panic("asked to panic")
}

func (s *faultsService) Die(_ context.Context, request *faultsapi.DieRequest) (*faultsapi.Nothing, error) {
	if request.Signal > 0 {
		_ = syscall.Kill(os.Getpid(), syscall.Signal(request.Signal))
		select {}
	}
	os.Exit(int(request.Status))
	return nil, nil
}

func (s *faultsService) Self(context.Context, *faultsapi.Nothing) (*faultsapi.SelfResponse, error) {
	executable, _ := os.Readlink("/proc/self/exe")
	folder, _ := os.Getwd()
	return &faultsapi.SelfResponse{
		Process: uint32(os.Getpid()), Parent: uint32(os.Getppid()), Group: uint32(syscall.Getpgrp()),
		Arguments: os.Args, Environment: os.Environ(), Executable: executable, Folder: folder, OpenFiles: openFiles(),
	}, nil
}

func openFiles() []string {
	var files []string
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join("/proc/self/fd", entry.Name()))
		if err == nil {
			files = append(files, entry.Name()+" "+target)
		}
	}
	return files
}

func (s *faultsService) Write(_ context.Context, request *faultsapi.WriteRequest) (*faultsapi.Nothing, error) {
	file := os.Stderr
	switch {
	case request.ToStdout && request.ToRealFile:
		file = realStdout
	case request.ToStdout:
		file = os.Stdout
	case request.ToRealFile:
		file = realStderr
	}
	text := request.Text + strings.Repeat("x", int(request.Filling))
	for range max(request.Times, 1) {
		if _, err := file.WriteString(text); err != nil {
			return nil, err
		}
	}
	return &faultsapi.Nothing{}, nil
}

func (s *faultsService) Fork(context.Context, *faultsapi.Nothing) (*faultsapi.ForkResponse, error) {
	return &faultsapi.ForkResponse{Process: fork()}, nil
}

// fork starts a process that left our session and has all our pipes.
func fork() uint32 {
	child := exec.Command("/proc/self/exe", sleeper)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, realStdout, realStderr
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	must(child.Start())
	return uint32(child.Process.Pid)
}

func (s *faultsService) SetServing(
	_ context.Context, request *faultsapi.SetServingRequest,
) (*faultsapi.Nothing, error) {
	s.serving.Store(request.Serving)
	return &faultsapi.Nothing{}, nil
}

func (s *faultsService) CallBack(ctx context.Context, request *faultsapi.CallBackRequest) (*faultsapi.Bytes, error) {
	connection, err := s.broker.Dial(request.Broker)
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "the host does not listen: %v", err)
	}
	defer func() { _ = connection.Close() }()
	host := faultsapi.NewHostClient(connection)
	answer := &faultsapi.Bytes{}
	for range max(request.Times, 1) {
		if answer, err = host.Echo(ctx, &faultsapi.Bytes{Data: request.Data}); err != nil {
			return nil, err
		}
	}
	return answer, nil
}
