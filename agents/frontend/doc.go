// Package frontend is what agents need to face the network: it accepts connections, bounds their number, looks after TLS and its
// certificates, slows down those who guess passwords, and ends in good order.
//
// A [Server] runs the services of a program, each of which is a name, listeners and a function that speaks the protocol on one [Conn]. Each
// connection has a goroutine; a panic there ends the connection and nothing else. [Counts], [Slowdown] and [Certificates] may be used by several
// goroutines. [Sessions] keeps the sessions with the server of all users alive by one long poll.
//
// It refuses connections beyond its limits, in the protocol's words, and knows no protocol otherwise.
package frontend
