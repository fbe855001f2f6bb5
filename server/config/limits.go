package config

import (
	"time"

	"zarafa/daemon/settings"
)

// Limits bounds what one request can cost. They are settings of our own.
type Limits struct {
	RequestMaxSize         int64 // bytes of a body as received
	RequestMaxDecompressed int64 // bytes of a body after decompression
	XMLMaxDepth            int
	XMLMaxElements         int
	HTTPMaxHeaderSize      int64 // bytes of all headers of a request
	RequestTimeout         time.Duration
	MaxConnections         int
}

func (l *Limits) section() settings.Section {
	return settings.Section{Title: "Limits on requests", Options: []settings.Option{
		{
			Name: "request_max_size", Default: "128m", Value: settings.Size(&l.RequestMaxSize, 64<<10, 1<<31),
			Doc: "The largest request as it is received. It bounds the size of attachments.",
		},
		{
			Name: "request_max_decompressed", Default: "256m", Value: settings.Size(&l.RequestMaxDecompressed, 64<<10, 1<<31),
			Doc: "The largest request after decompression. An eighth of the memory is the most, or 64 m if that is more, and 1 g at all events.",
		},
		{
			Name: "xml_max_depth", Default: "256", Value: settings.Int(&l.XMLMaxDepth, 32, 10000),
			Doc: "How deep the elements of a request may be nested.",
		},
		{
			Name: "xml_max_elements", Default: "4000000", Value: settings.Int(&l.XMLMaxElements, 1000, anyNumber),
			Doc: "How many elements a request may have.",
		},
		{
			Name: "http_max_header_size", Default: "16k", Value: settings.Size(&l.HTTPMaxHeaderSize, 4<<10, 1<<20),
			Doc: "The largest size of all headers of a request together.",
		},
		{
			Name: "request_timeout", Default: "300", Value: seconds(&l.RequestTimeout, 10), Reloadable: true,
			Doc: "How long the server works on one request. The time begins when the request has arrived; how slowly it may arrive is server_read_timeout.",
		},
		{
			Name: "max_connections", Default: "20000", Value: settings.Int(&l.MaxConnections, 10, 10_000_000),
			Doc: "How many clients can be connected at a time.",
		},
	}}
}
