package soaphttp

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Config holds a server's settings. Zero fields take the default that
// [Config.withDefaults] names; no limit can be
// switched off.
type Config struct {
	// ReadTimeout ends a request that stalls: its header must be complete within
	// this time, and its body must bring progressBytes in every such span (server_read_timeout).
	ReadTimeout time.Duration
	// IdleTimeout closes a TCP or TLS connection that starts no request (server_recv_timeout).
	// Unix connections may idle for ever.
	IdleTimeout time.Duration
	// SendTimeout ends a connection whose peer takes no answer (server_send_timeout).
	SendTimeout time.Duration

	MaxHeaderBytes       int   // of one request's header
	MaxRequestBytes      int64 // of one request's body as it travels
	MaxDecompressedBytes int64 // of one request's envelope after decompression; it is held in memory
	MaxStreamBytes       int64 // of a MTOM request's parts after decompression; they are not held
	MaxBufferedBytes     int64 // of all large envelopes that are in memory at one time
	MaxUnsentBytes       int64 // of all large answers that wait to be sent; readers that stall longest are ended beyond it
	MaxConns             int   // connections open at one time
	MaxConnsPerIP        int   // of these from one IPv4 address or one IPv6 /64 of another machine

	// Compress allows gzip answers: to peers that are not on this machine, or whose session
	// was granted compression, if they accept it.
	Compress bool
	// CompressMinBytes is the smallest body that is worth it: a smaller one travels in one packet as it is.
	CompressMinBytes int

	// ProxyHeader names the header that marks a connection as proxied, "*" marks all; empty: none is
	// (wire.md section 2 "Proxy header").
	ProxyHeader string
	// TrustedProxies are the networks whose proxies are believed; from elsewhere the header means nothing. Nil: this
	// machine and private networks. Peers on Unix sockets are always believed.
	TrustedProxies []netip.Prefix
	// ServerName is the Server header's value.
	ServerName string

	Logger  *slog.Logger
	Metrics Metrics
}

const (
	maxLineBytes    = 8192 // the size of a connection's read buffer, and what chunked framing may hold without data
	progressBytes   = 64 << 10
	sendWindowBytes = 256 << 10
	// compressionLevel of what is not an answer in memory is the fastest: it saves four fifths of XML at a third of the cost of
	// the default.
	compressionLevel = gzip.BestSpeed
)

func (c Config) withDefaults() Config {
	setDefault(&c.ReadTimeout, 60*time.Second)
	setDefault(&c.IdleTimeout, 5*time.Second)
	setDefault(&c.SendTimeout, 60*time.Second)
	setDefault(&c.MaxHeaderBytes, 2*maxLineBytes)
	setDefault(&c.MaxRequestBytes, 4<<30)
	setDefault(&c.MaxDecompressedBytes, 512<<20)
	setDefault(&c.MaxStreamBytes, 4<<30)
	setDefault(&c.MaxBufferedBytes, 1<<30)
	setDefault(&c.MaxUnsentBytes, 1<<30)
	setDefault(&c.MaxConns, 32768)
	setDefault(&c.MaxConnsPerIP, 4096)
	setDefault(&c.CompressMinBytes, 1400)
	setDefault(&c.ServerName, "gSOAP/2.8")
	if c.TrustedProxies == nil {
		c.TrustedProxies = privateNetworks()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = noMetrics{}
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Metrics receives what a server counts. Methods are called from many goroutines and
// must return at once.
type Metrics interface {
	// ConnOpened and ConnClosed bracket a served connection of "tcp", "tls", "unix" or "memory".
	ConnOpened(network string)
	ConnClosed(network string)
	// ConnRejected counts connections closed at once: "max_conns", "max_conns_per_ip".
	ConnRejected(reason string)
	// RequestDone is called after a request's answer was written.
	RequestDone(RequestStats)
}

// RequestStats describes one finished request.
type RequestStats struct {
	Network  string
	Status   int           // of the HTTP response; 0 if none was written
	BytesIn  int64         // of the body as it travelled
	Decoded  int64         // of the body after decompression
	BytesOut int64         // header and body as they travelled
	Duration time.Duration // from the request's first byte to the answer's last
}

type noMetrics struct{}

func (noMetrics) ConnOpened(string)        {}
func (noMetrics) ConnClosed(string)        {}
func (noMetrics) ConnRejected(string)      {}
func (noMetrics) RequestDone(RequestStats) {}
