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

// Audit says where calls and security decisions are recorded.
type Audit struct {
	RequestLogMethod string // off, file or syslog
	RequestLogFile   string
	Enabled          bool
	Method           string
	File             string
	Level            int
	Timestamp        bool
}

func (a *Audit) section() settings.Section {
	return settings.Section{Title: "Records of requests and of access", Options: []settings.Option{
		{
			Name: "request_log_method", Default: "off", Value: settings.Choice(&a.RequestLogMethod, "off", "file", "syslog"),
			Doc: "Where one line for each request is written.",
		},
		{
			Name: "request_log_file", Default: "-", Value: settings.Text(&a.RequestLogFile),
			Doc: "The file of request_log_method = file; - means standard error.",
		},
		{
			Name: "audit_log_enabled", Default: "no", Value: settings.Bool(&a.Enabled),
			Doc: "Whether log-ons and access to the stores of others are recorded.",
		},
		{
			Name: "audit_log_method", Default: "syslog", Value: settings.Choice(&a.Method, "syslog", "file"),
			Doc: "Where that record is written.",
		},
		{
			Name: "audit_log_file", Default: "/var/log/zarafa/audit.log", Value: settings.Text(&a.File),
			Doc: "The file of audit_log_method = file.",
		},
		{
			Name: "audit_log_level", Default: "1", Value: settings.Int(&a.Level, 0, 1),
			Doc: "0 records nothing, 1 records everything.",
		},
		{
			Name: "audit_log_timestamp", Default: "no", Value: settings.Bool(&a.Timestamp),
			Doc: "Whether lines in the file begin with the time.",
		},
	}}
}
