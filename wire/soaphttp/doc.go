// Package soaphttp carries SOAP messages over HTTP the way the clients of the
// protocol expect it (wire.md sections 1, 2, 6 and 7), on the server's side and
// on the client's.
//
// It owns connections: framing (Content-Length, chunked, or an end that only the
// XML tells), envelopes that arrive without any HTTP header, compression, MTOM
// parts, time-outs, and every limit that must hold before a message is decoded.
// It knows nothing of operations; a message's body is bytes to it.
//
// The request header is parsed here and not by an HTTP library, because real
// clients send requests that HTTP/1.1 forbids: an empty Host header on Unix sockets,
// bodies without a length, no header at all.
//
// Concurrency: a [Server] and a [Client] may be used by many goroutines. One
// goroutine serves a connection, and calls the [Handler] from it; an [Exchange] and
// everything in it belongs to that call and must not be kept or used by two
// goroutines at once.
//
// Memory: a connection holds a read buffer only while bytes of a request are arriving:
// it waits for its socket to become readable and only then takes a buffer from the
// pool. A request's envelope lies in a buffer of fitting size. A connection that waits in a long
// poll so costs its goroutine's stack, the connection's own state (1 KiB) and its envelope:
// together below 10 KiB (TestMemoryOfWaitingConnections holds it to 16 KiB). TLS adds its own buffers.
//
// It refuses pipelining (a second request waits until the first is answered), HTTP/2,
// methods other than POST, and transfer codings other than chunked.
package soaphttp
