package soaphttp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
)

// whoami answers with what is known of the peer.
func whoami(_ context.Context, x *Exchange) {
	p := x.Peer
	x.Reply(fmt.Appendf(nil, "%s %s local=%v proxied=%v uid=%d gid=%d pid=%d certs=%d path=%s",
		p.Network, p.Address, p.Local, p.Proxied, p.UID, p.GID, p.PID, len(p.Certs), x.Path))
}

func TestUnixPeer(t *testing.T) {
	_, addr := startServer(t, "unix", Config{}, handlerFunc(whoami))
	p := dial(t, addr)
	want := fmt.Sprintf("unix *:pid-%d local=true proxied=false uid=%d gid=%d pid=%d certs=0 path=",
		os.Getpid(), os.Getuid(), os.Getgid(), os.Getpid())
	p.send(withLength("", "<a/>"))
	if _, body := p.receive(); body != want+"/any/path?q=1" {
		t.Errorf("%q", body)
	}
	p.send("<a/>")
	if _, body := p.receive(); body != want {
		t.Errorf("bare: %q", body)
	}
}

// A forwarded address counts only where the operator said that a proxy sets it.
func TestProxyHeader(t *testing.T) {
	forwarded, marked := "X-Forwarded-For: 203.0.113.9, 10.0.0.1\r\n", "X-Via: yes\r\n"
	direct, proxied := "127.0.0.1 local=true proxied=false", "203.0.113.9, 10.0.0.1 local=false proxied=true"
	cases := []struct {
		setting  string
		requests [][2]string // header and answer, one connection
	}{
		{"", [][2]string{{forwarded, direct}, {forwarded + marked, direct}}},
		{"X-Via", [][2]string{{forwarded, direct}, {marked + forwarded, proxied}, {forwarded, proxied},
			{"", "127.0.0.1 local=false proxied=true"}}},
		{"x-forwarded-for", [][2]string{{forwarded, proxied}}},
		{"X-Via", [][2]string{{"X-Via:\r\n" + forwarded, proxied}}}, // any value counts
		{"*", [][2]string{{"", "127.0.0.1 local=false proxied=true"}, {forwarded, proxied}}},
	}
	for _, c := range cases {
		_, addr := startServer(t, "tcp", Config{ProxyHeader: c.setting}, handlerFunc(whoami))
		p := dial(t, addr)
		for _, r := range c.requests {
			p.send(withLength(r[0], "<a/>"))
			if _, body := p.receive(); !strings.HasPrefix(body, "tcp "+r[1]+" ") {
				t.Errorf("proxy_header %q, %q: %s", c.setting, r[0], body)
			}
		}
	}
}

// TestForgedProxyHeader: a peer that is no proxy of ours cannot pass for another machine, whatever header it sends.
func TestForgedProxyHeader(t *testing.T) {
	header := "X-Via: yes\r\nX-Forwarded-For: 127.0.0.1\r\n"
	private, own := []netip.Prefix(nil), []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("2001:db8::/64")}
	for _, c := range []struct {
		ip      string
		marker  string
		trusted []netip.Prefix
		want    string
	}{
		{"10.1.2.3", "X-Via", private, "127.0.0.1 local=false proxied=true"},
		{"fd00::1", "X-Via", private, "127.0.0.1 local=false proxied=true"},
		{"198.51.100.7", "X-Via", private, "198.51.100.7 local=false proxied=false"},
		{"198.51.100.7", "*", private, "198.51.100.7 local=false proxied=false"},
		{"2001:db8::1", "X-Via", private, "2001:db8::1 local=false proxied=false"},
		{"198.51.100.7", "X-Via", own, "127.0.0.1 local=false proxied=true"},
		{"198.51.100.8", "X-Via", own, "198.51.100.8 local=false proxied=false"},
		{"2001:db8::9", "X-Via", own, "127.0.0.1 local=false proxied=true"},
		{"10.1.2.3", "X-Via", own, "10.1.2.3 local=false proxied=false"},
		{"10.1.2.3", "X-Via", []netip.Prefix{}, "10.1.2.3 local=false proxied=false"},
	} {
		inBubble(t, Config{ProxyHeader: c.marker, TrustedProxies: c.trusted}, whoami, func(l *pipeListener) {
			p := l.dial(t, c.ip)
			p.send(withLength(header, envelope))
			if _, body := p.receive(); !strings.HasPrefix(body, "tcp "+c.want+" ") {
				t.Errorf("%s with proxy_header %s, trusted %v: %s", c.ip, c.marker, c.trusted, body)
			}
			p.Close()
		})
	}
}

func TestCompressionPolicy(t *testing.T) {
	big := strings.Repeat("x", 5000)
	cases := []struct {
		name    string
		off     bool
		headers string
		granted bool
		body    string
		gzip    bool
	}{
		{name: "local", headers: "Accept-Encoding: gzip,deflate\r\n", body: big},
		{name: "local, granted", headers: "Accept-Encoding: gzip, deflate\r\n", granted: true, body: big, gzip: true},
		{name: "remote", headers: "X-Via: p\r\nAccept-Encoding: gzip\r\n", body: big, gzip: true},
		{name: "remote, small", headers: "X-Via: p\r\nAccept-Encoding: gzip\r\n", body: "<a/>"},
		{name: "remote, not accepted", headers: "X-Via: p\r\n", granted: true, body: big},
		{name: "remote, weight 0", headers: "X-Via: p\r\nAccept-Encoding: gzip;q=0, deflate\r\n", body: big},
		{name: "remote, switched off", off: true, headers: "X-Via: p\r\nAccept-Encoding: gzip\r\n", granted: true, body: big},
	}
	for _, c := range cases {
		cfg := Config{Compress: !c.off, ProxyHeader: "X-Via"}
		_, addr := startServer(t, "tcp", cfg, handlerFunc(func(_ context.Context, x *Exchange) {
			x.SetCompression(c.granted)
			x.Reply(x.Body)
		}))
		p := dial(t, addr)
		for range 2 {
			p.send(withLength(c.headers, c.body))
			resp, body := p.receive()
			if got := resp.Header.Get("Content-Encoding") == "gzip"; got != c.gzip {
				t.Errorf("%s: compressed: %v", c.name, got)
			} else if got {
				body = gunzip(t, body)
			}
			if body != c.body {
				t.Errorf("%s: wrong body", c.name)
			}
		}
	}
}

// A handler that waits learns that its peer has gone.
func TestPeerClosed(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		entered, left := make(chan struct{}), make(chan struct{})
		_, addr := startServer(t, network, Config{}, handlerFunc(func(_ context.Context, x *Exchange) {
			gone := x.PeerClosed()
			entered <- struct{}{}
			select {
			case <-gone:
				left <- struct{}{}
			case <-entered:
			}
			x.Reply([]byte("ok"))
		}))
		p := dial(t, addr)
		for range 2 { // a watch ends with its request
			p.send(withLength("", envelope))
			<-entered
			entered <- struct{}{}
			if _, body := p.receive(); body != "ok" {
				t.Fatal(body)
			}
		}
		p.send(withLength("", envelope))
		<-entered
		p.Close()
		<-left
		before := dial(t, addr)
		before.send(withLength("", envelope))
		before.Conn.(interface{ CloseWrite() error }).CloseWrite()
		<-entered // gone even before the watch began
		<-left
	}
}

func TestCountedPrefix(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.3":        "192.0.2.3/32",
		"::ffff:192.0.2.3": "192.0.2.3/32",
		"2001:db8:1:2::3":  "2001:db8:1:2::/64",
	} {
		if got := countedPrefix(tcpPipe{ip: ip}).String(); got != want {
			t.Errorf("%s: %s", ip, got)
		}
	}
	a, b := net.Pipe()
	defer b.Close()
	if countedPrefix(a).IsValid() {
		t.Error("a pipe has no address")
	}
}
