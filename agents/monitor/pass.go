package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"zarafa/agents/connection"
	"zarafa/client"
	"zarafa/mapi"
)

// pass is one look at all stores. It belongs to one goroutine.
type pass struct {
	cfg       *Config
	log       *slog.Logger
	metrics   *metrics
	session   *client.Session
	now       time.Time
	letters   letters
	boxes     *client.Mailboxes         // of recipients other than the owners
	companies map[string]client.Company // by name; empty if the server has none
	senders   map[string]client.User    // by company
	failures  int
}

func newPass(cfg *Config, log *slog.Logger, m *metrics, session *client.Session, now time.Time) *pass {
	fixed := func() time.Time { return now }
	return &pass{
		cfg: cfg, log: log, metrics: m, session: session, now: now, letters: letters{cfg: cfg, log: log},
		boxes: client.NewMailboxes(session, time.Hour, fixed), companies: make(map[string]client.Company), senders: make(map[string]client.User),
	}
}

// run looks at the public stores of companies and at the stores of users. What fails for one of them is logged and counted; the error is one that
// ends the pass.
func (p *pass) run(ctx context.Context) error {
	companies, err := p.session.Companies(ctx)
	if err != nil && mapi.CodeOf(err) != mapi.NoSupport {
		return fmt.Errorf("listing the companies: %w", err)
	}
	for i := range companies {
		p.companies[companies[i].Name] = companies[i]
	}
	servers, err := p.servers(ctx)
	if err != nil {
		return fmt.Errorf("listing the servers: %w", err)
	}
	for i := range companies {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.company(ctx, &companies[i]); err != nil {
			p.fail("the public store of a company", err, "company", companies[i].Name)
		}
	}
	for _, at := range servers {
		err := p.users(ctx, at)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return ctx.Err()
		case at == p.session && connection.Away(err):
			return err
		default:
			p.fail("the stores of a server", err)
		}
	}
	return nil
}

// fail notes that something was not done; the rest goes on.
func (p *pass) fail(what string, err error, attrs ...any) {
	p.failures++
	p.log.Error("quota: "+what+" could not be looked after in this pass", append(attrs, "error", err)...)
}

// servers are the sessions on the servers whose stores are looked after.
func (p *pass) servers(ctx context.Context) ([]*client.Session, error) {
	all, err := p.session.Servers(ctx)
	if errors.Is(err, client.ErrAlone) {
		return []*client.Session{p.session}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, name := range p.cfg.Servers {
		if !slices.ContainsFunc(all, func(s client.Server) bool { return strings.EqualFold(s.Name, name) }) {
			p.fail("a server", fmt.Errorf("the setting servers names %q, which is none of the servers; correct the name", name))
		}
	}
	var list []*client.Session
	for _, server := range all {
		if !p.looksAfter(server.Name) {
			continue
		}
		at, err := p.session.OnServer(ctx, server.Name)
		if err != nil {
			p.fail("the stores of a server", err, "server", server.Name)
			continue
		}
		list = append(list, at)
	}
	return list, nil
}

// looksAfter reports whether the stores of a server are this program's concern. A server alone has no name.
func (p *pass) looksAfter(server string) bool {
	return len(p.cfg.Servers) == 0 || server == "" ||
		slices.ContainsFunc(p.cfg.Servers, func(name string) bool { return strings.EqualFold(name, server) })
}

// sender is who mails about a company and its users are from: its administrator, or SYSTEM.
func (p *pass) sender(ctx context.Context, company string) (u client.User, err error) {
	if u, ok := p.senders[company]; ok {
		return u, nil
	}
	if c, ok := p.companies[company]; ok && len(c.AdministratorID) > 0 {
		u, err = p.session.UserByID(ctx, c.Administrator, c.AdministratorID)
	} else {
		u, err = p.session.CurrentUser(ctx)
	}
	if err != nil {
		return u, fmt.Errorf("finding the sender of the mail: %w", err)
	}
	p.senders[company] = u
	return u, nil
}

// store is what the mail about a store needs.
type store struct {
	kind    kind
	level   Level
	values  values
	record  *record
	own     *client.Mailbox // of the user whose store it is, nil for a company
	listing func(context.Context) ([]client.User, error)
}

// warn sends the mail about a store. The record is written first: a mail that was not sent comes with the next pass, and a record that
// cannot be written must not mean a mail with each pass.
func (p *pass) warn(ctx context.Context, s *store) error {
	recipients, err := s.listing(ctx)
	if err != nil {
		return fmt.Errorf("listing the recipients: %w", err)
	}
	from, err := p.sender(ctx, s.values.company)
	if err != nil {
		return err
	}
	l := &letter{kind: s.kind, values: s.values, from: from, to: withMailbox(recipients), now: p.now, id: mapi.NewGUID()}
	if len(l.to) == 0 {
		return nil
	}
	last := s.record.last
	if err := s.record.set(ctx, p.now); err != nil {
		return fmt.Errorf("noting that a mail is sent: %w", err)
	}
	sent, err := p.send(ctx, l, s.own)
	if sent == 0 {
		return errors.Join(err, s.record.set(context.WithoutCancel(ctx), last))
	}
	p.metrics.mails.WithLabelValues(s.level.String()).Add(float64(sent))
	p.log.Info("quota mail sent", "user", s.values.name, "company", s.values.company, "level", s.level.String(), "size", s.values.usage.Size, "mails", sent)
	return err
}

// withMailbox leaves out SYSTEM, which has none, and those who are listed twice.
func withMailbox(recipients []client.User) []client.User {
	var list []client.User
	for _, u := range recipients {
		if u.Name != connection.SystemUser && !slices.ContainsFunc(list, func(have client.User) bool { return have.ID == u.ID }) {
			list = append(list, u)
		}
	}
	return list
}

// send saves a letter in the inboxes of its recipients, of whom one that fails does not keep it from the others. It returns how many have it.
func (p *pass) send(ctx context.Context, l *letter, own *client.Mailbox) (sent int, err error) {
	var failed []error
	for i := range l.to {
		box := own
		if own == nil || own.Owner.ID != l.to[i].ID {
			if box, err = p.boxes.Get(ctx, l.to[i].Name); err != nil {
				failed = append(failed, fmt.Errorf("finding the mailbox of %s: %w", l.to[i].Name, err))
				continue
			}
		}
		if err := p.save(ctx, l, i, box); err != nil {
			failed = append(failed, fmt.Errorf("sending to %s: %w", l.to[i].Name, err))
			continue
		}
		sent++
	}
	return sent, errors.Join(failed...)
}

func (p *pass) save(ctx context.Context, l *letter, number int, box *client.Mailbox) error {
	if box.Inbox == nil {
		return mapi.Errorf(mapi.NotFound, "quota mail", "the mailbox has no inbox")
	}
	lang, ok := client.LanguageOf(client.Inbox, box.InboxProps.Str(mapi.PrDisplayName))
	if !ok {
		lang = p.cfg.Language
	}
	subject, body := p.letters.text(l.kind, lang, l.values)
	m, err := l.message(number, subject, body)
	if err != nil {
		return err
	}
	_, err = box.Store.Session.SaveMessage(ctx, box.Inbox, m, client.SaveOptions{NewMail: true})
	return err
}
