package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Open opens a listener for every address, or none: on an error those already open
// are closed. One address can need two listeners (*%lo is 127.0.0.1 and ::1). Mode
// is given to unix sockets.
func Open(ctx context.Context, specs []Spec, mode fs.FileMode) ([]net.Listener, error) {
	var open []net.Listener
	for _, s := range specs {
		more, err := s.open(ctx, mode)
		if err != nil {
			for _, l := range open {
				err = errors.Join(err, l.Close())
			}
			return nil, fmt.Errorf("listen on %s: %w", s, err)
		}
		open = append(open, more...)
	}
	return open, nil
}

func (s Spec) open(ctx context.Context, mode fs.FileMode) ([]net.Listener, error) {
	if s.Path != "" {
		l, err := openUnix(ctx, s.Path, mode)
		return one(l, err)
	}
	port := strconv.Itoa(int(s.Port))
	if s.Interface == loopback && !s.Addr.IsValid() {
		return openLoopback(ctx, port)
	}
	host := ""
	if s.Addr.IsValid() {
		host = s.Addr.String()
	}
	config := net.ListenConfig{}
	if s.Interface != "" && !s.Addr.IsLoopback() {
		config.Control = bindTo(s.Interface)
	}
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	return one(l, err)
}

// openLoopback listens on both loopback addresses. Binding to the interface would
// need a privilege on older kernels. A machine without IPv6 has one address only.
func openLoopback(ctx context.Context, port string) ([]net.Listener, error) {
	var config net.ListenConfig
	four, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	// Port 0 lets the system choose; both addresses then get the same port.
	_, port, _ = net.SplitHostPort(four.Addr().String())
	six, err := config.Listen(ctx, "tcp", net.JoinHostPort("::1", port))
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT):
		return []net.Listener{four}, nil
	case err != nil:
		return nil, errors.Join(err, four.Close())
	}
	return []net.Listener{four, six}, nil
}

// bindTo restricts a socket to a network interface.
func bindTo(iface string) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var bound error
		err := c.Control(func(fd uintptr) { bound = unix.BindToDevice(int(fd), iface) })
		return errors.Join(err, bound)
	}
}

// probe is how long an old socket may take to answer.
const probe = time.Second

// openUnix replaces a socket that a dead process left behind, and leaves one that
// somebody serves alone.
func openUnix(ctx context.Context, path string, mode fs.FileMode) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != fs.ModeSocket {
			return nil, errors.New("there is something at this path that is not a socket; move it away, or choose another path")
		}
		dialer := net.Dialer{Timeout: probe}
		if c, err := dialer.DialContext(ctx, "unix", path); err == nil {
			return nil, errors.Join(errors.New("another process serves this socket; stop it, or choose another path"), c.Close())
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, mode); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// one makes a list of a single listener.
func one(l net.Listener, err error) ([]net.Listener, error) {
	if err != nil {
		return nil, err
	}
	return []net.Listener{l}, nil
}
