//go:build unix && !linux

package soaphttp

import "syscall"

func readNow(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Read(int(fd), p)
	errno, _ := err.(syscall.Errno)
	return n, errno
}

// writeNow leaves writing to the ordinary way.
func writeNow(uintptr, []byte, []byte) (int, syscall.Errno) { return 0, syscall.EAGAIN }
