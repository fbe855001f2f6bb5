//go:build !linux

package soaphttp

import "net"

// readCredentials is not available: peers of Unix sockets stay unknown and must log on by password.
func (p *Peer) readCredentials(net.Conn) {}
