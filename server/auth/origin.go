package auth

import (
	"net/netip"

	"zarafa/server/session"
)

// Origin is where a log-on comes from: the peer, or whoever the peer logs on, if it is a front end that is believed. Those are programs of
// this machine, whose failures are not counted otherwise, and programs with one of the client keys; what comes through a proxy has
// another machine's word behind it, and is not believed. The address of a user on this machine tells nothing about him.
func (a *Authenticator) Origin(p session.Peer, clientAddress string) session.Peer {
	if clientAddress == "" || p.Proxied || !p.Local && !a.knowsKey(p) {
		return p
	}
	if addr, err := netip.ParseAddr(clientAddress); err == nil && addr.Unmap().IsLoopback() {
		return p
	}
	return session.Peer{Network: "tcp", Address: clientAddress}
}
