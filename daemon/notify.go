package daemon

import (
	"errors"
	"fmt"
	"net"
)

// What a service manager is told (sd_notify(3)).
const (
	stateReady    = "READY=1"
	stateStopping = "STOPPING=1"
)

// notifier tells the service manager that has given the process this socket (NOTIFY_SOCKET); nil without one. A name that begins with @ is
// that of an abstract socket, which package net understands.
func notifier(socket string) func(state string) error {
	if socket == "" {
		return nil
	}
	return func(state string) error {
		conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
		if err == nil {
			_, err = conn.Write([]byte(state))
			err = errors.Join(err, conn.Close())
		}
		if err != nil {
			return fmt.Errorf("telling the service manager %q: %w", state, err)
		}
		return nil
	}
}
