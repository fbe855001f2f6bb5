package imap

import (
	"context"
	"slices"
	"strings"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
)

// listed is a mailbox with what LIST says of it.
type listed struct {
	mailstore.Mailbox
	children      bool
	selected      bool // it fits the selection options itself
	selectedBelow bool // one below it does
}

// list is LIST (RFC 9051 6.3.9, RFC 5258, RFC 5819, RFC 6154).
func (s *session) list(ctx context.Context, _ *call) error {
	args := s.dec.ListCommand()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if !args.Extended && args.Patterns[0] == "" {
		// A question for the delimiter.
		s.enc().Raw(`* LIST (\Noselect) "/" ""`).CRLF()
		return nil
	}
	rows, err := s.account.List(ctx)
	if err != nil {
		return fault(ctx, err)
	}
	patterns := make([]pattern, 0, len(args.Patterns))
	for _, text := range args.Patterns {
		if text != "" {
			patterns = append(patterns, newPattern(args.Reference, text))
		}
	}
	for _, m := range mark(rows, func(m mailstore.Mailbox) bool {
		return fits(m, &args)
	}) {
		matches := slices.ContainsFunc(patterns, func(p pattern) bool { return p.match(m.Name) })
		// RECURSIVEMATCH shows parents of what fits and would not be shown itself (RFC 5258 3.5).
		below := args.RecursiveMatch && m.selectedBelow && shownParent(m, patterns, rows, &args)
		if !matches || !m.selected && !below {
			continue
		}
		if err := s.tellMailbox(ctx, m, &args, below); err != nil {
			return err
		}
	}
	return nil
}

// fits reports whether a mailbox is one of those that the selection options are for. One that is not there is shown to who asks for subscriptions.
func fits(m mailstore.Mailbox, args *imapwire.ListArgs) bool {
	if args.Subscribed {
		return m.Subscribed && (!args.SpecialUse || m.Use != "")
	}
	return !m.Missing && (!args.SpecialUse || m.Use != "")
}

// shownParent reports whether something below a mailbox fits the selection options, but not the patterns.
func shownParent(m listed, patterns []pattern, rows []mailstore.Mailbox, args *imapwire.ListArgs) bool {
	return slices.ContainsFunc(rows, func(child mailstore.Mailbox) bool {
		return strings.HasPrefix(child.Name, m.Name+"/") && fits(child, args) && !slices.ContainsFunc(patterns, func(p pattern) bool { return p.match(child.Name) })
	})
}

// mark finds out which mailboxes have others below them and which fit.
func mark(rows []mailstore.Mailbox, fits func(mailstore.Mailbox) bool) []listed {
	list := make([]listed, len(rows))
	index := make(map[string]int, len(rows))
	for i, m := range rows {
		list[i] = listed{Mailbox: m, selected: fits(m)}
		index[m.Name] = i
		for parent := m.Name; ; {
			slash := strings.LastIndexByte(parent, '/')
			if slash < 0 {
				break
			}
			parent = parent[:slash]
			if p, ok := index[parent]; ok {
				list[p].children = list[p].children || !m.Missing
				list[p].selectedBelow = list[p].selectedBelow || list[i].selected
			}
		}
	}
	return list
}

// tellMailbox sends LIST of a mailbox with what RETURN asks for.
func (s *session) tellMailbox(ctx context.Context, m listed, args *imapwire.ListArgs, below bool) error {
	var flags []string
	if m.Subscribed && (args.Return.Subscribed || args.Subscribed) {
		flags = append(flags, `\Subscribed`)
	}
	flags = append(flags, m.attributes(!args.Extended || args.Return.Children || s.rev2)...)
	s.enc().Raw("* LIST (").Flags(flags).Raw(`) "/" `).Mailbox(m.Name)
	if below && args.Subscribed {
		s.enc().Raw(` ("CHILDINFO" ("SUBSCRIBED"))`)
	}
	s.enc().CRLF()
	if m.NoSelect || m.Missing || !m.selected {
		return nil
	}
	if args.Return.MyRights {
		if rights, err := s.account.MyRights(ctx, m.ID); err == nil {
			s.enc().Raw("* MYRIGHTS ").Mailbox(m.Name).SP().AString(showRights(rights)).CRLF()
		}
	}
	if args.Return.Status != nil {
		// One that cannot be read has no STATUS (RFC 5819 2).
		if err := s.tellStatus(ctx, m.Mailbox, args.Return.Status); connectionError(err) != nil {
			return err
		}
	}
	return nil
}

// attributes are those of a mailbox, with its special use whether it was asked for or not: clients make folders of their own otherwise.
func (m *listed) attributes(children bool) (flags []string) {
	if m.Missing {
		return []string{`\NonExistent`}
	}
	switch {
	case children && m.children:
		flags = append(flags, `\HasChildren`)
	case children:
		flags = append(flags, `\HasNoChildren`)
	}
	if m.NoSelect {
		flags = append(flags, `\Noselect`)
	}
	if m.NoChildren {
		flags = append(flags, `\Noinferiors`)
	}
	if m.Use != "" {
		flags = append(flags, `\`+m.Use)
	}
	return flags
}

// lsub is LSUB (RFC 3501 6.3.9): with "%" it shows parents of what is subscribed as \Noselect.
func (s *session) lsub(ctx context.Context, _ *call) error {
	reference, text := s.dec.LSub()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	rows, err := s.account.List(ctx)
	if err != nil {
		return fault(ctx, err)
	}
	p := newPattern(reference, text)
	shown := make(map[string]bool)
	for _, row := range rows {
		m := listed{Mailbox: row}
		if !m.Subscribed {
			continue
		}
		if p.match(m.Name) {
			shown[m.Name] = true
			s.enc().Raw("* LSUB (").Flags(m.lsubAttributes()).Raw(`) "/" `).Mailbox(m.Name).CRLF()
			continue
		}
		for i, c := range m.Name {
			if parent := m.Name[:i]; c == '/' && strings.HasSuffix(text, "%") && !shown[parent] && p.match(parent) {
				shown[parent] = true
				s.enc().Raw(`* LSUB (\Noselect) "/" `).Mailbox(parent).CRLF()
			}
		}
	}
	return nil
}

// lsubAttributes are those of LSUB. Whether the mailbox is there is LIST's to say.
func (m *listed) lsubAttributes() []string {
	if m.NoSelect && !m.Missing {
		return []string{`\Noselect`}
	}
	return nil
}
