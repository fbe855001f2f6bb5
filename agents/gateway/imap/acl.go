package imap

import (
	"context"
	"strings"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
)

// allRights are the rights of RFC 4314 2.1 in the order in which they are written.
const allRights = "lrswipkxtea"

// showRights writes rights, with "c" and "d" for clients of RFC 2086 (RFC 4314 2.1.1).
func showRights(rights mailstore.Rights) string {
	var b strings.Builder
	for i := range len(allRights) {
		if has(rights, allRights[i]) {
			b.WriteByte(allRights[i])
		}
	}
	if has(rights, 'k') || has(rights, 'x') {
		b.WriteByte('c')
	}
	if has(rights, 't') || has(rights, 'e') {
		b.WriteByte('d')
	}
	return b.String()
}

// parseRights reads rights. "c" and "d" are those that they have become.
func parseRights(text string) (rights mailstore.Rights, err error) {
	for _, r := range strings.NewReplacer("c", "kx", "d", "te").Replace(text) {
		if !strings.ContainsRune(allRights, r) {
			return "", &imapwire.Error{Text: "Unknown right"}
		}
		if !has(rights, byte(r)) {
			rights += mailstore.Rights(r)
		}
	}
	return rights, nil
}

// onlyMailbox reads the rest of a command that names a mailbox and nothing else, and finds the mailbox.
func (s *session) onlyMailbox(ctx context.Context) (mailstore.Mailbox, error) {
	name := s.dec.MailboxArg()
	if err := s.dec.Finish(); err != nil {
		return mailstore.Mailbox{}, err
	}
	return s.find(ctx, name)
}

func (s *session) getACL(ctx context.Context, _ *call) error {
	m, err := s.onlyMailbox(ctx)
	if err != nil {
		return err
	}
	entries, err := s.account.GetACL(ctx, m.ID)
	if err != nil {
		return fault(ctx, err)
	}
	s.enc().Raw("* ACL ").Mailbox(m.Name)
	for _, entry := range entries {
		s.enc().SP().AString(entry.Identifier).SP().AString(showRights(entry.Rights))
	}
	s.enc().CRLF()
	return nil
}

func (s *session) setACL(ctx context.Context, _ *call) error {
	args := s.dec.ACL(true)
	if err := s.dec.Finish(); err != nil {
		return err
	}
	rights, err := parseRights(args.Rights)
	if err != nil {
		return err
	}
	m, err := s.find(ctx, args.Mailbox)
	if err != nil {
		return err
	}
	if args.Mode != imapwire.StoreReplace {
		if rights, err = s.changedRights(ctx, m.ID, args, rights); err != nil {
			return err
		}
	}
	return fault(ctx, s.account.SetACL(ctx, m.ID, args.Identifier, rights))
}

// changedRights are those of an entry with some added or taken away.
func (s *session) changedRights(ctx context.Context, id mailstore.MailboxID, args imapwire.ACLArgs, change mailstore.Rights) (mailstore.Rights, error) {
	entries, err := s.account.GetACL(ctx, id)
	if err != nil {
		return "", fault(ctx, err)
	}
	var before, after mailstore.Rights
	for _, entry := range entries {
		if strings.EqualFold(entry.Identifier, args.Identifier) {
			before = entry.Rights
		}
	}
	for i := range len(allRights) {
		r := allRights[i]
		had, named := has(before, r), has(change, r)
		if had && !named || named && args.Mode == imapwire.StoreAdd {
			after += mailstore.Rights(rune(r))
		}
	}
	return after, nil
}

func (s *session) deleteACL(ctx context.Context, _ *call) error {
	args := s.dec.ACL(false)
	if err := s.dec.Finish(); err != nil {
		return err
	}
	m, err := s.find(ctx, args.Mailbox)
	if err != nil {
		return err
	}
	return fault(ctx, s.account.SetACL(ctx, m.ID, args.Identifier, ""))
}

// listRights says that any right may be given to anybody, each alone.
func (s *session) listRights(ctx context.Context, _ *call) error {
	args := s.dec.ACL(false)
	if err := s.dec.Finish(); err != nil {
		return err
	}
	m, err := s.find(ctx, args.Mailbox)
	if err != nil {
		return err
	}
	mine, err := s.account.MyRights(ctx, m.ID)
	if err != nil {
		return fault(ctx, err)
	}
	if !has(mine, 'a') {
		return &mailstore.Error{Code: mailstore.NoPermission, Text: "You may not see who has rights here"}
	}
	s.enc().Raw("* LISTRIGHTS ").Mailbox(m.Name).SP().AString(args.Identifier).Raw(` ""`)
	for i := range len(allRights) {
		s.enc().SP().Raw(allRights[i : i+1])
	}
	s.enc().CRLF()
	return nil
}

func (s *session) myRights(ctx context.Context, _ *call) error {
	m, err := s.onlyMailbox(ctx)
	if err != nil {
		return err
	}
	rights, err := s.account.MyRights(ctx, m.ID)
	if err != nil {
		return fault(ctx, err)
	}
	s.enc().Raw("* MYRIGHTS ").Mailbox(m.Name).SP().AString(showRights(rights)).CRLF()
	return nil
}
