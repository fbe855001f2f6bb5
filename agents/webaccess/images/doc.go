// Package images fetches pictures that mails name at other hosts, so that a reader's browser never asks these itself: senders learn neither
// his address nor his program, and nothing of the session.
//
// The handler serves only addresses that were signed with the key of the caller's session (Key.Sign), so nobody can use it to reach hosts of
// his choice. It is a client in the server's network, which is what attackers want it for: it speaks http and https only, on their usual
// ports, resolves names itself, and looks at the IP address of each connection it makes, of redirects too, in the moment in which it is made
// (Control of net.Dialer). Only what begins as a picture of pixels does is passed on, as the type that it is, without a header of the other
// host, in a sandbox.
//
// Each request costs a connection and a buffer of 32 KiB, since pictures are passed on while they come. A Proxy may be used
// concurrently; it keeps no picture and no connection. Every failure to fetch is the same answer: who sees it learns nothing of what is
// reachable.
package images
