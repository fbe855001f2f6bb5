package dagent

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/dagent/meeting"
	"zarafa/calendar/zone"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// Deliverer brings mails into mailboxes.
type Deliverer struct {
	session   *client.Session
	addresses *addresses
	settings  atomic.Pointer[Config]
	now       func() time.Time
	log       *slog.Logger
	metrics   *metrics
	host      string
	answers   *answers
	meetings  *meeting.Processor
	zone      *zone.Zone
}

// NewDeliverer makes a deliverer that works by a session of SYSTEM.
func NewDeliverer(s *client.Session, cfg *Config, log *slog.Logger, m *metrics, now func() time.Time) *Deliverer {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	d := &Deliverer{session: s, addresses: newAddresses(s, now), now: now, log: log, metrics: m, host: host, answers: newAnswers()}
	d.settings.Store(cfg)
	d.zone = cfg.zone
	d.meetings = meeting.New(cfg.zone)
	return d
}

// Target says where a mail goes if it is not the inbox, and how.
type Target struct {
	Junk   bool
	Folder []string // names from the top of the mailbox on; none is the inbox
	Public bool     // Folder is in the public store
	Create bool     // folders that are missing
	// ArrivesNow takes the time of delivery from the clock and not from the mail.
	ArrivesNow bool
	Read       bool // stored as read
	Silent     bool // clients are not told of new mail
}

// Answers to the sender of a mail.
var (
	errUnknown     = &lmtp.Status{Code: 503, Enhanced: [3]int{5, 1, 1}, Text: "there is no such user"}
	errAmbiguous   = &lmtp.Status{Code: 503, Enhanced: [3]int{5, 1, 4}, Text: "the address belongs to several users"}
	errFull        = &lmtp.Status{Code: 552, Enhanced: [3]int{5, 2, 2}, Text: "the mailbox is full"}
	errTooBig      = &lmtp.Status{Code: 552, Enhanced: [3]int{5, 3, 4}, Text: "the mail is larger than the server takes"}
	errUnavailable = &lmtp.Status{Code: 450, Enhanced: [3]int{4, 2, 0}, Text: "the mailbox is not available"}
	errNoMailbox   = &lmtp.Status{Code: 450, Enhanced: [3]int{4, 2, 0}, Text: "the user has no mailbox"}
	errGroup       = &lmtp.Status{Code: 550, Enhanced: [3]int{5, 7, 2}, Text: "the address is that of a group, and mail to groups is not expanded here (expand_groups)"}
	errNobody      = &lmtp.Status{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "the group has no members with a mailbox"}
	errExpired     = &lmtp.Status{Code: 250, Enhanced: [3]int{2, 4, 7}, Text: "the mail has expired"}
)

// mostAtOnce is how many users get a mail side by side: a group may have thousands, and each has its own copy of the message meanwhile.
const mostAtOnce = 100

// Deliver brings a mail to users, side by side, and says for each how it went. A user who is named twice gets one copy.
func (d *Deliverer) Deliver(ctx context.Context, mail *Mail, to []client.Entry, target Target) []error {
	results := make([]error, len(to))
	fail := func(err error) []error {
		for i := range results {
			results[i] = err
		}
		return results
	}
	names, err := d.addresses.resolve(ctx, nil, mail.named()...)
	if err != nil {
		return fail(err)
	}
	for i := range to {
		names[strings.ToLower(to[i].SMTP)] = to[i] // as RCPT found it
	}
	j, err := d.newJob(mail, names, target, to)
	if err != nil {
		return fail(err)
	}
	if v, ok := j.message.Props.Get(mapi.PrExpiryTime); ok && v.Time().Time().Before(d.now()) {
		return fail(errExpired)
	}
	d.deliverAll(ctx, j, to, results)
	for i := range results {
		d.metrics.count(results[i])
	}
	return results
}

// deliverAll brings a mail to each user once and notes how that went. The usual mail is for one, and needs no goroutine of its own.
func (d *Deliverer) deliverAll(ctx context.Context, j *job, to []client.Entry, results []error) {
	if len(to) == 1 {
		results[0] = d.deliverOne(ctx, j, &to[0])
		return
	}
	first := make(map[string]int)
	var wg sync.WaitGroup
	free := make(chan struct{}, mostAtOnce)
	for i := range to {
		if _, twice := first[to[i].Account]; twice {
			continue
		}
		first[to[i].Account] = i
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			results[i] = d.deliverOne(ctx, j, &to[i])
		})
	}
	wg.Wait()
	for i := range to {
		results[i] = results[first[to[i].Account]]
	}
}

// job is one mail on its way to one or more users.
type job struct {
	mail    *Mail
	message *mapi.Message // as converted, without what is different for each recipient
	imap    *mapi.Message // the same with the mail's bytes; nil if nobody needs these
	names   book
	target  Target
	config  *Config
}

// largestKept is up to which size the bytes of a mail are kept beside its message, for IMAP. Larger ones are made anew for it.
const largestKept = 32 << 20

func (d *Deliverer) newJob(mail *Mail, names book, target Target, to []client.Entry) (*job, error) {
	cfg := d.settings.Load()
	options := &convert.ImportOptions{
		Directory: names, DefaultCharset: cfg.charset, Substitutes: cfg.substitutes, JoinHTML: cfg.InsecureJoin,
		IndexedHeaders: strings.Fields(cfg.IndexedHeaders), Now: d.now(), ArrivesNow: target.ArrivesNow, Zone: d.zone,
	}
	m, err := convert.ImportOrFallback(mail.tree, options)
	if err != nil {
		d.log.Error("a mail could not be converted and is delivered as an attachment", "error", err)
	}
	d.logRaw(cfg, mail, err != nil, to)
	j := &job{mail: mail, message: m, names: names, target: target, config: cfg}
	if wantsIMAP(to) && mail.tree.Size <= largestKept {
		with := *m
		with.Props, with.Named = append(mapi.Props(nil), m.Props...), append([]mapi.NamedValue(nil), m.Named...)
		if err := convert.SetIMAP(&with, mail.tree); err != nil {
			return nil, err
		}
		j.imap = &with
	}
	return j, nil
}

// wantsIMAP reports whether one of the users has mail programs that need the mail byte by byte.
func wantsIMAP(to []client.Entry) bool {
	for i := range to {
		if hasIMAP(&to[i]) {
			return true
		}
	}
	return false
}

func hasIMAP(e *client.Entry) bool {
	return enabled(e, "imap") || enabled(e, "pop3")
}

func enabled(e *client.Entry, feature string) bool {
	for _, f := range e.Disabled {
		if f == feature {
			return false
		}
	}
	for _, f := range e.Enabled {
		if f == feature {
			return true
		}
	}
	return false
}

// statusOf is what the sender is told of an error of the server.
func statusOf(err error) error {
	if _, ok := errors.AsType[*lmtp.Status](err); ok || err == nil {
		return err
	}
	switch mapi.CodeOf(err) {
	case mapi.StoreFull:
		return errFull
	case mapi.TooBig:
		return errTooBig
	case mapi.NotFound:
		return errUnavailable
	}
	return err
}
