// Package soaphttp carries SOAP messages over HTTP the way the clients of the
// protocol expect it (wire.md sections 1, 2, 6 and 7), on the server's side and
// on the client's. What is received is understood by fasthttp: headers, lengths and chunks.
//
// It owns connections: compression, MTOM parts, time-outs, and every limit that must hold before a
// message is decoded. It knows nothing of operations; a message's body is bytes to it.
//
// The loop over the requests of a connection is [conn]'s own, because fasthttp's server is made for other clients:
//
//   - An envelope without any HTTP header is a request too, and clients on Unix sockets send an empty Host, which
//     HTTP/1.1 forbids and fasthttp refuses: its parser gets the same Host for every request.
//   - Bodies are read by the handler from the connection, because an envelope without header ends where its XML
//     ends, and because nothing may be read into memory before limits and decompression. Where there is a framing,
//     fasthttp's body stream undoes it.
//   - What proxies and servers understand differently is refused: folded fields, lines that end with a line feed alone,
//     a missing or second Host, blanks in field names, a POST without any length. The server of record takes all
//     of that; no client needs it.
//   - What chunked framing adds to the data is limited.
//   - A peer has its time for each window of data and not for the whole message, and may idle for as long as
//     its network allows.
//   - Answers are sent while the handler runs, so that a part may be produced from the request's attachment, and
//     a handler knows that its buffers are free. Their header is written here, their chunks are made by [sender].
//
// The client uses fasthttp's headers and body streams over connections of its own, because an
// answer's parts are read lazily and a call's context must be able to end it at any time.
//
// Concurrency: a [Server] and a [Client] may be used by many goroutines. One
// goroutine serves a connection, and calls the [Handler] from it; an [Exchange] and
// everything in it belongs to that call and must not be kept or used by two
// goroutines at once.
//
// Memory: a connection holds a read buffer only while bytes of a request are arriving:
// it waits for its socket to become readable and only then takes a buffer from the
// pool, the header's lines only until they are understood, and fasthttp's state only while a request is served. A request's
// envelope lies in a buffer of fitting size. A connection that waits in a long poll so costs its goroutine's stack, fasthttp's and
// its own state, and its envelope: about 9 KiB, and one that idles about 6 KiB (TestMemoryOfWaitingConnections holds both to 16 KiB,
// results/long-poll-memory.md). TLS adds its own buffers.
//
// It refuses pipelining (a second request waits until the first is answered), HTTP/2,
// methods other than POST, request targets that are neither a path nor a URL, and transfer codings
// other than chunked.
package soaphttp
