package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The faults of the handshake line. go-plugin writes it to a pipe of ours, and what is done with it is the fault:
//
//	no-line               nothing is written, ever
//	slow-line=ms          it comes late
//	byte-at-a-time[=ms]   each byte is written alone, with a pause after it (1)
//	no-newline            it has no end, and stdout stays open
//	no-newline-close      it has no end, and stdout is closed
//	huge-line             1 MiB of digits before the first field's end, then a newline
//	endless-line          bytes without a newline, for ever
//	noise-before[=lines]  lines of noise before it (3)
//	noise-bytes=n         one line of noise of so many bytes before it
//	noise-binary          NULs, escapes and no UTF-8 before it
//	empty-line            an empty line in its place
//	crlf                  it ends with a carriage return as well
//	core=n, version=n, network=text, address=text, protocol=text, certificate=text   another field
//	four-fields           as servers of net/rpc had it
//	multiplex=text        a seventh field
//	tcp[=address]         a real listener on tcp, 127.0.0.1:0 by default
//	outside[=folder]      a real socket outside the private folder (/tmp)
//	link                  the address is a link in the private folder to the real socket, which is outside
//	file                  the address is a file in the private folder
const lineFaults = " no-line slow-line byte-at-a-time no-newline no-newline-close huge-line endless-line noise-before" +
	" noise-bytes noise-binary empty-line crlf core version network address protocol certificate four-fields" +
	" multiplex tcp outside link file"

// realStderr is the one that the process was started with; go-plugin takes os.Stderr away.
var realStderr = os.Stderr

// realStdout is the one that the process was started with; go-plugin takes os.Stdout away.
var realStdout = os.Stdout

// redirectLine makes go-plugin write its line to a pipe, and does with it what the faults say.
func (f *faults) redirectLine() {
	if f.has("outside") || f.has("link") {
		folder := f.wanted["outside"]
		if folder == "" {
			folder = "/tmp"
		}
		f.private = os.Getenv("PLUGIN_UNIX_SOCKET_DIR")
		must(os.Setenv("PLUGIN_UNIX_SOCKET_DIR", folder))
	}
	reader, writer, err := os.Pipe()
	must(err)
	os.Stdout = writer
	go func() {
		line, err := bufio.NewReader(reader).ReadString('\n')
		must(err)
		f.writeLine(realStdout, f.change(strings.TrimSuffix(line, "\n")))
		f.afterTheLine(realStdout)
	}()
}

// change makes the line another one.
func (f *faults) change(line string) string {
	fields := strings.Split(line, "|")
	if f.has("tcp") {
		fields[2], fields[3] = "tcp", forward(f.wanted["tcp"], fields[3])
	}
	if f.has("link") {
		link := filepath.Join(f.private, "link")
		must(os.Symlink(fields[3], link))
		fields[3] = link
	}
	if f.has("file") {
		fields[3] = filepath.Join(filepath.Dir(fields[3]), "file")
		must(os.WriteFile(fields[3], nil, 0o600))
	}
	for field, name := range []string{"core", "version", "network", "address", "protocol", "certificate"} {
		if f.has(name) {
			fields[field] = f.wanted[name]
		}
	}
	if f.has("four-fields") {
		fields = fields[:4]
	}
	if f.has("multiplex") {
		fields = append(fields, f.wanted["multiplex"])
	}
	return strings.Join(fields, "|")
}

// writeLine writes the line in an unusual way, if one is wanted.
func (f *faults) writeLine(stdout *os.File, line string) {
	time.Sleep(time.Duration(f.number("slow-line", 0)) * time.Millisecond)
	write := func(text string) { _, _ = stdout.WriteString(text) }
	if f.has("noise-before") {
		for number := range f.number("noise-before", 3) {
			write(fmt.Sprintf("loading module %d\n", number))
		}
	}
	if f.has("noise-bytes") {
		write(strings.Repeat("n", f.number("noise-bytes", 0)) + "\n")
	}
	if f.has("noise-binary") {
		write("\x00\x01\x1b[31m\xff\xfe|\n")
	}
	switch {
	case f.has("no-line"):
	case f.has("empty-line"):
		write("\n")
	case f.has("no-newline"):
		write(line)
	case f.has("no-newline-close"):
		write(line)
		_ = stdout.Close()
	case f.has("crlf"):
		write(line + "\r\n")
	case f.has("huge-line"):
		write(strings.Repeat("1", 1<<20) + "\n")
	case f.has("endless-line"):
		for {
			write(strings.Repeat("1", 4096))
		}
	case f.has("byte-at-a-time"):
		for _, character := range []byte(line + "\n") {
			_, _ = stdout.Write([]byte{character})
			time.Sleep(time.Duration(f.number("byte-at-a-time", 1)) * time.Millisecond)
		}
	default:
		write(line + "\n")
	}
}

// forward listens on tcp and hands all that comes to the unix socket; it returns where it listens.
func forward(address, socket string) string {
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	must(err)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go join(connection, socket)
		}
	}()
	return listener.Addr().String()
}

func join(from net.Conn, socket string) {
	defer func() { _ = from.Close() }()
	to, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
	_, _ = io.Copy(from, to)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(realStderr, err)
		os.Exit(4)
	}
}
