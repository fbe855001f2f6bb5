package imap

import (
	"context"
	"errors"
	"strings"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
)

// find finds a mailbox that a command names. An error of it ends the command.
func (s *session) find(ctx context.Context, name string) (mailstore.Mailbox, error) {
	m, err := s.account.Find(ctx, name)
	return m, fault(ctx, err)
}

// destination finds the mailbox that messages shall come into: the client may make it if it is not there.
func (s *session) destination(ctx context.Context, name string) (mailstore.Mailbox, error) {
	m, err := s.account.Find(ctx, name)
	var told *mailstore.Error
	if errors.As(err, &told) && told.Code == mailstore.Nonexistent {
		return m, &mailstore.Error{Code: mailstore.TryCreate, Text: told.Text, Err: told.Err}
	}
	if err == nil && m.NoSelect {
		return m, &mailstore.Error{Code: mailstore.Cannot, Text: "This mailbox can hold no messages"}
	}
	return m, fault(ctx, err)
}

// specialUses are those of RFC 6154 that a mailbox can be made with. They never change.
var specialUses = [...]string{"Archive", "Drafts", "Junk", "Sent", "Trash"}

func (s *session) create(ctx context.Context, c *call) error {
	args := s.dec.Create()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	use, err := specialUse(args.Use)
	if err != nil {
		return err
	}
	// A "/" at the end says that there will be mailboxes below (RFC 9051 6.3.4), which every one here can have.
	id, err := s.account.Create(ctx, strings.TrimSuffix(args.Mailbox, "/"), use)
	if err != nil {
		return fault(ctx, err)
	}
	if id != "" {
		c.code = "MAILBOXID (" + string(id) + ")"
	}
	return nil
}

func specialUse(uses []string) (string, error) {
	if len(uses) == 0 {
		return "", nil
	}
	if len(uses) == 1 {
		for _, use := range specialUses {
			if strings.EqualFold(uses[0], `\`+use) {
				return use, nil
			}
		}
	}
	return "", &mailstore.Error{Code: mailstore.UseAttr, Text: "No mailbox can have this use"}
}

func (s *session) delete(ctx context.Context, _ *call) error {
	name := s.dec.MailboxArg()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	return fault(ctx, s.account.Delete(ctx, name))
}

func (s *session) rename(ctx context.Context, _ *call) error {
	from, to := s.dec.Rename()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	return fault(ctx, s.account.Rename(ctx, from, strings.TrimSuffix(to, "/")))
}

func (s *session) subscribe(ctx context.Context, c *call) error {
	name := s.dec.MailboxArg()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	return fault(ctx, s.account.Subscribe(ctx, name, c.name == "SUBSCRIBE"))
}

func (s *session) namespace(ctx context.Context, _ *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	n, err := s.account.Namespaces(ctx)
	if err != nil {
		return fault(ctx, err)
	}
	s.enc().Raw(`* NAMESPACE (("" "/"))`)
	for _, list := range [][]mailstore.Namespace{n.OtherUsers, n.Shared} {
		if s.enc().SP(); len(list) == 0 {
			s.enc().NIL()
			continue
		}
		s.enc().Raw("(")
		for _, namespace := range list {
			s.enc().Raw("(").String(imapwire.EncodeMailbox(namespace.Prefix, s.utf8Names())).Raw(` "/")`)
		}
		s.enc().Raw(")")
	}
	s.enc().CRLF()
	return nil
}

// utf8Names reports whether names of mailboxes are in UTF-8.
func (s *session) utf8Names() bool { return s.utf8 || s.rev2 }

func (s *session) statusCommand(ctx context.Context, _ *call) error {
	args := s.dec.Status()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	m, err := s.find(ctx, args.Mailbox)
	if err != nil {
		return err
	}
	if m.NoSelect {
		return &mailstore.Error{Code: mailstore.Nonexistent, Text: "There are no messages in this mailbox"}
	}
	return s.tellStatus(ctx, m, args.Items)
}

// tellStatus sends STATUS of a mailbox.
func (s *session) tellStatus(ctx context.Context, m mailstore.Mailbox, items []imapwire.StatusItem) error {
	var want mailstore.StatusItems
	for _, item := range items {
		switch item {
		case imapwire.StatusSize:
			want.Size = true
		case imapwire.StatusDeleted, imapwire.StatusDeletedStorage:
			want.Deleted = true
		case imapwire.StatusRecent:
			want.Recent = true
		case imapwire.StatusHighestModSeq:
			if err := s.enableCondStore(); err != nil {
				return err
			}
			want.HighestModSeq = true
		}
	}
	status, err := s.account.Status(ctx, m.ID, want)
	if err != nil {
		return fault(ctx, err)
	}
	s.enc().Raw("* STATUS ").Mailbox(m.Name).Raw(" (")
	for i, item := range items {
		if i > 0 {
			s.enc().SP()
		}
		s.enc().Raw(item.String()).SP()
		switch item {
		case imapwire.StatusMailboxID:
			s.enc().Raw("(" + string(m.ID) + ")")
		case imapwire.StatusAppendLimit:
			if limit := s.account.MaxMessage(); limit > 0 {
				s.enc().Number(uint64(limit))
			} else {
				s.enc().NIL()
			}
		default:
			s.enc().Number(statusNumber(status, item))
		}
	}
	s.enc().Raw(")").CRLF()
	return nil
}

// statusNumber is an item of STATUS that is a number.
func statusNumber(status mailstore.Status, item imapwire.StatusItem) uint64 {
	switch item {
	case imapwire.StatusMessages:
		return uint64(status.Messages)
	case imapwire.StatusRecent:
		return uint64(status.Recent)
	case imapwire.StatusUIDNext:
		return uint64(status.UIDNext)
	case imapwire.StatusUIDValidity:
		return uint64(status.UIDValidity)
	case imapwire.StatusUnseen:
		return uint64(status.Unseen)
	case imapwire.StatusDeleted:
		return uint64(status.Deleted)
	case imapwire.StatusSize:
		return uint64(max(0, status.Size))
	case imapwire.StatusHighestModSeq:
		return uint64(status.HighestModSeq)
	case imapwire.StatusDeletedStorage:
		return uint64(max(0, status.DeletedStorage))
	}
	return 0
}
