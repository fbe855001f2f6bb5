// Package sorting orders messages and gathers them into threads: SORT and THREAD of RFC 5256, and nothing of where messages are.
//
// It compares texts by i;unicode-casemap (RFC 5051). All of it takes time that grows with its input, times a logarithm, whatever the messages
// refer to, and no stack that grows with the depth of threads. It keeps no state: everything may be used by many goroutines.
package sorting
