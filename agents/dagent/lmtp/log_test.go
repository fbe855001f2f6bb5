package lmtp

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// Connections that senders break off, such as the checks of load balancers, are no warnings; a panic is.
func TestBrokenConnectionsAreNoWarnings(t *testing.T) {
	reset := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	for _, test := range []struct {
		format string
		args   []any
		want   slog.Level
	}{
		{"error handling %v: %s", []any{"127.0.0.1:25", reset}, slog.LevelDebug},
		{"error handling %v: %s", []any{"127.0.0.1:25", io.ErrUnexpectedEOF}, slog.LevelDebug},
		{"error handling %v: %s", []any{"127.0.0.1:25", os.ErrDeadlineExceeded}, slog.LevelDebug},
		{"error handling %v: %s", []any{"127.0.0.1:25", errors.New("tls: bad record")}, slog.LevelWarn},
		{"panic serving %v: %v\n%s", []any{"127.0.0.1:25", reset, "stack"}, slog.LevelWarn},
	} {
		var out bytes.Buffer
		w := slogWriter{slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		w.Printf(test.format, test.args...)
		if !strings.Contains(out.String(), "level="+test.want.String()+" ") {
			t.Errorf(test.format+": %s, want %v", append(test.args, out.String(), test.want)...)
		}
	}
}
