// Package suite has the benchmarks: what is measured of wire, cache, storage and whole operations, each as a piece of work that can be
// repeated n times. It also has the program around them, package bench/worker, which does such pieces on request and tells
// what they cost.
//
// A benchmark of operations talks to a whole server over HTTP in memory, so that decoding, dispatch, the operation, encoding and the
// HTTP layer are in the figure and the kernel's sockets are not. The mailbox is a copy of one that [Fill] made.
//
// A worker is for one goroutine. It runs Go on one processor, so that hand-overs between the client's and the server's goroutines cost
// the same every time; benchmarks whose name ends in "parallel" use two.
//
// The package uses nothing of the product but what is meant for others, since it is compiled into older revisions too (package
// bench/revision). It refuses to judge: packages bench/pairs and bench/compare do that.
package suite
