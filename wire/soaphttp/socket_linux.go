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

// writeNow writes what a socket that does not block takes at once. A buffer may be empty.
func writeNow(fd uintptr, head, body []byte) (int, syscall.Errno) {
	vec := [2]syscall.Iovec{{Base: unsafe.SliceData(head)}, {Base: unsafe.SliceData(body)}}
	vec[0].SetLen(len(head))
	vec[1].SetLen(len(body))
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&vec[0])), uintptr(len(vec)))
	return int(n), errno
}
