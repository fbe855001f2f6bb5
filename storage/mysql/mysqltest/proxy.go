// Package mysqltest stands between a server and its database in tests, and lets happen there what a network and a database do when
// they fail: connections end, answers to COMMIT are lost or are errors.
//
// A proxy may be used by any number of goroutines. It forwards connections to Unix sockets alone.
package mysqltest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Verdict is what becomes of a COMMIT.
type Verdict struct {
	// Forward has it carried out by the database.
	Forward bool
	// Lose has the connection end in place of an answer; otherwise the answer is the error with the number Error, or that of the
	// database if that is 0.
	Lose  bool
	Error uint16
	// Close has all connections end then, and no others begin.
	Close bool
}

// Pass lets a COMMIT and its answer through.
func Pass() Verdict { return Verdict{Forward: true} }

// Proxy forwards connections to a database until it is closed. It can be opened again.
type Proxy struct {
	t            testing.TB
	path, target string

	mu     sync.Mutex
	ln     net.Listener
	conns  map[net.Conn]bool // both ends
	serial int               // of the newest connection
	commit func(serial int) Verdict
}

// New opens a proxy with a Unix socket at path before the one at target.
func New(t testing.TB, path, target string) *Proxy {
	t.Helper()
	p := &Proxy{t: t, path: path, target: target, conns: make(map[net.Conn]bool)}
	p.Open()
	t.Cleanup(p.Close)
	return p
}

// OnCommit has f decide about each COMMIT from now on. It gets the number of the connection, from 1 on in the order of their
// beginnings, and may be called at the same time for several. nil lets all pass.
func (p *Proxy) OnCommit(f func(serial int) Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commit = f
}

// Open accepts connections again.
func (p *Proxy) Open() {
	p.t.Helper()
	ln, err := net.Listen("unix", p.path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.ln = ln
	p.mu.Unlock()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go p.serve(ln, c)
		}
	}()
}

// Close ends all connections and accepts no others.
func (p *Proxy) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ln != nil {
		p.ln.Close()
	}
	p.ln = nil
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

func (p *Proxy) serve(ln net.Listener, client net.Conn) {
	database, err := net.Dial("unix", p.target)
	if err != nil {
		client.Close()
		return
	}
	p.mu.Lock()
	open := p.ln == ln
	if open {
		p.conns[client], p.conns[database] = true, true
		p.serial++
	}
	l := &link{proxy: p, serial: p.serial, client: client, database: database}
	p.mu.Unlock()
	defer l.end()
	if !open {
		return
	}
	go func() {
		defer l.end()
		l.answers()
	}()
	l.requests()
}

func (p *Proxy) verdict(serial int) Verdict {
	p.mu.Lock()
	f := p.commit
	p.mu.Unlock()
	if f == nil {
		return Pass()
	}
	return f(serial)
}

// link is one connection through a proxy.
type link struct {
	proxy            *Proxy
	serial           int
	client, database net.Conn

	mu      sync.Mutex
	instead *Verdict // of the answer that comes next
}

func (l *link) end() {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	l.client.Close()
	l.database.Close()
	delete(l.proxy.conns, l.client)
	delete(l.proxy.conns, l.database)
}

// requests forwards what the client sends, until a connection ends.
func (l *link) requests() {
	for {
		packet, err := readPacket(l.client)
		if err != nil {
			return
		}
		v := Pass()
		if isCommit(packet) {
			v = l.proxy.verdict(l.serial)
		}
		if v != Pass() && v.Forward {
			l.mu.Lock()
			l.instead = &v
			l.mu.Unlock()
		}
		if v.Forward {
			_, err = l.database.Write(packet)
		} else {
			err = l.answer(&v)
		}
		if err != nil {
			return
		}
	}
}

// answers forwards what the database sends, until a connection ends.
func (l *link) answers() {
	for {
		packet, err := readPacket(l.database)
		if err != nil {
			return
		}
		l.mu.Lock()
		instead := l.instead
		if instead != nil && isLast(packet) {
			l.instead = nil
		}
		l.mu.Unlock()
		switch {
		case instead == nil:
			_, err = l.client.Write(packet)
		case isLast(packet):
			err = l.answer(instead)
		}
		if err != nil {
			return
		}
	}
}

// answer tells the client of its COMMIT what the verdict wants.
func (l *link) answer(v *Verdict) error {
	if v.Close {
		l.proxy.Close()
	}
	if v.Lose || v.Close {
		return io.ErrClosedPipe
	}
	_, err := l.client.Write(errorPacket(v.Error))
	return err
}
