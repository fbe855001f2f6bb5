package imap

import (
	"context"
	"slices"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/sorting"
	"zarafa/agents/gateway/view"
	"zarafa/mail/header"
)

// sort is SORT and UID SORT (RFC 5256).
func (s *session) sort(ctx context.Context, c *call) error {
	args := s.dec.Sort()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if args.Return != nil && args.Return.Save {
		s.selection.view.Save(nil)
	}
	found, err := s.findMessages(ctx, args.Charset, &args.Key)
	if err != nil {
		return err
	}
	criteria := make([]sorting.Criterion, len(args.Criteria))
	var want mailstore.Items
	for i, criterion := range args.Criteria {
		criteria[i] = sorting.Criterion{Key: sortKey(criterion.Key), Reverse: criterion.Reverse}
		want |= sortNeeds(criteria[i].Key)
	}
	messages, err := s.sortable(ctx, found, want)
	if err != nil {
		return err
	}
	modSeq := view.ModSeq(0)
	if usesModSeq(&args.Key) {
		modSeq = s.greatestModSeq(found)
	}
	sorted := make([]view.UID, 0, len(messages))
	for _, uid := range sorting.Sort(messages, criteria) {
		sorted = append(sorted, view.UID(uid))
	}
	if args.Return == nil {
		s.tellFound("SORT", sorted, modSeq, c.uid)
		return nil
	}
	s.tellExtended(c, args.Return, sorted, modSeq)
	if args.Return.Save {
		saved := toSave(args.Return, sorted)
		slices.Sort(saved)
		s.selection.view.Save(saved)
	}
	return nil
}

// sortKey is a key in the terms of package sorting.
func sortKey(key imapwire.SortKey) sorting.Key {
	switch key {
	case imapwire.SortCc:
		return sorting.Cc
	case imapwire.SortDate:
		return sorting.Date
	case imapwire.SortFrom:
		return sorting.From
	case imapwire.SortSize:
		return sorting.Size
	case imapwire.SortSubject:
		return sorting.Subject
	case imapwire.SortTo:
		return sorting.To
	case imapwire.SortDisplayFrom:
		return sorting.DisplayFrom
	case imapwire.SortDisplayTo:
		return sorting.DisplayTo
	}
	return sorting.Arrival
}

func sortNeeds(key sorting.Key) mailstore.Items {
	switch key {
	case sorting.Arrival:
		return mailstore.ItemDate
	case sorting.Size:
		return mailstore.ItemSize
	case sorting.Date:
		return mailstore.ItemHeader | mailstore.ItemDate
	}
	return mailstore.ItemHeader
}

// sortable are messages as package sorting looks at them, with their UIDs for numbers. Those that are gone meanwhile are left out.
func (s *session) sortable(ctx context.Context, uids []view.UID, want mailstore.Items) ([]sorting.Message, error) {
	messages := make([]sorting.Message, 0, len(uids))
	err := s.selection.folder.Fetch(ctx, uids, want, func(r *mailstore.Record) error {
		m := sorting.Message{Number: uint32(r.Message.UID), Arrival: r.Date, Size: r.Size}
		if want&mailstore.ItemHeader != 0 {
			describe(&m, header.Parse(r.Header))
		}
		messages = append(messages, m)
		return nil
	})
	return messages, fault(ctx, err)
}

// describe takes from a header what messages are ordered and gathered by.
func describe(m *sorting.Message, fields *header.Fields) {
	m.Subject = header.DecodeText(fields.Get("Subject"), nil)
	m.Sent, _ = header.ParseDate(fields.Get("Date"))
	m.From, m.DisplayFrom = firstAddress(fields.Joined("From"))
	m.To, m.DisplayTo = firstAddress(fields.Joined("To"))
	m.Cc, _ = firstAddress(fields.Joined("Cc"))
	if ids := header.MessageIDs(fields.Get("Message-ID")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.References = sorting.References(header.MessageIDs(fields.Joined("References")), header.MessageIDs(fields.Get("In-Reply-To")))
}

// firstAddress gives the local part and the name of the first address.
func firstAddress(value string) (local, name string) {
	if value == "" {
		return "", ""
	}
	list := header.Mailboxes(header.ParseAddresses(value, nil))
	if len(list) == 0 {
		return "", ""
	}
	if name = list[0].Name; name == "" {
		name = list[0].Addr()
	}
	return list[0].Local, name
}

// thread is THREAD and UID THREAD (RFC 5256).
func (s *session) thread(ctx context.Context, c *call) error {
	args := s.dec.Thread()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	var gather func([]sorting.Message) *sorting.Threads
	switch args.Algorithm {
	case "REFERENCES":
		gather = sorting.ByReferences
	case "ORDEREDSUBJECT":
		gather = sorting.OrderedSubject
	default:
		return &imapwire.Error{Text: "Unknown algorithm"}
	}
	if args.Return != nil {
		return &imapwire.Error{Text: "RETURN is not offered for THREAD"}
	}
	found, err := s.findMessages(ctx, args.Charset, &args.Key)
	if err != nil {
		return err
	}
	messages, err := s.sortable(ctx, found, mailstore.ItemHeader|mailstore.ItemDate)
	if err != nil {
		return err
	}
	for i := range messages {
		messages[i].Number = s.number(view.UID(messages[i].Number), c.uid)
	}
	s.enc().Raw("* THREAD")
	if len(messages) > 0 {
		s.enc().SP().RawBytes(gather(messages).Append(nil))
	}
	s.enc().CRLF()
	return nil
}
