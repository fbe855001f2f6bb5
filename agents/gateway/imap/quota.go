package imap

import (
	"context"

	"zarafa/agents/gateway/mailstore"
)

// quotaRoot is the name of the user's quota root (RFC 9208): all his mailboxes have the same.
const quotaRoot = ""

func (s *session) getQuota(ctx context.Context, _ *call) error {
	root := s.dec.QuotaRoot()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if root != quotaRoot {
		return &mailstore.Error{Code: mailstore.Nonexistent, Text: "There is no such quota root"}
	}
	return s.tellQuota(ctx)
}

func (s *session) getQuotaRoot(ctx context.Context, _ *call) error {
	name := s.dec.MailboxArg()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	m, err := s.find(ctx, name)
	if err != nil {
		return err
	}
	s.enc().Raw("* QUOTAROOT ").Mailbox(m.Name)
	if m.Others {
		s.enc().CRLF() // what is there counts for somebody else
		return nil
	}
	s.enc().SP().String(quotaRoot).CRLF()
	return s.tellQuota(ctx)
}

// tellQuota sends QUOTA.
func (s *session) tellQuota(ctx context.Context) error {
	q, err := s.account.Quota(ctx)
	if err != nil {
		return fault(ctx, err)
	}
	s.enc().Raw("* QUOTA ").String(quotaRoot).Raw(" (")
	if q.Limit > 0 {
		s.enc().Raw("STORAGE ").Number(uint64(max(0, q.Usage))).SP().Number(uint64(q.Limit))
	}
	s.enc().Raw(")").CRLF()
	return nil
}

// setQuota is refused: an administrator sets quotas.
func (s *session) setQuota(context.Context, *call) error {
	s.dec.SetQuota()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	return &mailstore.Error{Code: mailstore.NoPermission, Text: "Quotas are set by an administrator"}
}
