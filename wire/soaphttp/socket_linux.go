//go:build !race

package soaphttp

import (
	"syscall"
	"unsafe"
)

// readNow reads from a socket that does not block. The scheduler is not told of the call, as it is of calls
// that may wait: telling it keeps its monitor thread awake, which cost a tenth of a small request.
func readNow(fd uintptr, p []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	return int(n), errno
}

// writeNow writes what a socket that does not block takes at once. Pieces may be empty.
func writeNow(fd uintptr, pieces *[3][]byte) (int, syscall.Errno) {
	var vec [len(pieces)]syscall.Iovec
	for i, p := range pieces {
		vec[i].Base = unsafe.SliceData(p)
		vec[i].SetLen(len(p))
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&vec[0])), uintptr(len(vec)))
	return int(n), errno
}
