//go:build unix && (!linux || race)

package soaphttp

import (
	"slices"
	"syscall"
)

// readNow and writeNow are the ordinary calls. The race detector knows them, and takes what was written before
// a write to have been seen after the read.

func readNow(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Read(int(fd), p)
	return n, errnoOf(err)
}

func writeNow(fd uintptr, pieces *[3][]byte) (int, syscall.Errno) {
	n, err := syscall.Write(int(fd), slices.Concat(pieces[:]...))
	return n, errnoOf(err)
}

func errnoOf(err error) syscall.Errno {
	errno, _ := err.(syscall.Errno)
	return errno
}
