package soaphttp

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// readCredentials asks the kernel for the process at the other end of a Unix socket.
func (p *Peer) readCredentials(nc net.Conn) {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err != nil || credErr != nil {
		return
	}
	p.UID, p.GID, p.PID = cred.Uid, cred.Gid, cred.Pid
}
