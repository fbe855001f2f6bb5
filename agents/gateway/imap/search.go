package imap

import (
	"context"
	"strconv"
	"strings"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/charset"
)

// search is SEARCH and UID SEARCH (RFC 9051 6.4.4, RFC 4731, RFC 5182, RFC 7162 3.1.5).
func (s *session) search(ctx context.Context, c *call) error {
	args := s.dec.Search()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if args.Return != nil && args.Return.Save {
		s.selection.view.Save(nil) // a search that fails leaves nothing (RFC 5182 2.1)
	}
	found, err := s.findMessages(ctx, args.Charset, &args.Key)
	if err != nil {
		return err
	}
	modSeq := view.ModSeq(0)
	if usesModSeq(&args.Key) {
		modSeq = s.greatestModSeq(found)
	}
	if args.Return == nil && !s.rev2 {
		s.tellFound("SEARCH", found, modSeq, c.uid)
		return nil
	}
	if args.Return == nil {
		args.Return = &imapwire.SearchReturn{All: true} // rev2 has ESEARCH alone (RFC 9051 7.3.4)
	}
	s.tellExtended(c, args.Return, found, modSeq)
	if args.Return.Save {
		s.selection.view.Save(toSave(args.Return, found))
	}
	return nil
}

// findMessages gives the messages that a search finds, rising.
func (s *session) findMessages(ctx context.Context, charsetName string, key *imapwire.SearchKey) ([]view.UID, error) {
	if err := decodeTexts(charsetName, key); err != nil {
		return nil, err
	}
	if usesModSeq(key) {
		if err := s.enableCondStore(); err != nil {
			return nil, err
		}
	}
	// What is searched is the mailbox as it is now; numbers stay as they are.
	s.announce(ctx, false)
	var all []view.UID
	for _, m := range s.selection.view.Known().All(0) {
		all = append(all, m.UID)
	}
	e := searching{session: s, ctx: ctx}
	return e.eval(key, all)
}

// decodeTexts brings the texts of a search to UTF-8.
func decodeTexts(name string, key *imapwire.SearchKey) error {
	if name == "" || strings.EqualFold(name, "UTF-8") || strings.EqualFold(name, "US-ASCII") {
		return key.Texts(func(text *string) error {
			*text = toUTF8(*text)
			return nil
		})
	}
	cs, ok := charset.Lookup(name)
	if !ok {
		return &mailstore.Error{Code: "BADCHARSET (US-ASCII UTF-8)", Text: "Unknown charset"}
	}
	return key.Texts(func(text *string) error {
		decoded, _ := cs.Decode([]byte(*text))
		*text = decoded
		return nil
	})
}

// usesModSeq reports whether a search has the key MODSEQ somewhere.
func usesModSeq(key *imapwire.SearchKey) bool {
	if key.Op == imapwire.SearchModSeq {
		return true
	}
	for i := range key.Keys {
		if usesModSeq(&key.Keys[i]) {
			return true
		}
	}
	return false
}

func (s *session) greatestModSeq(uids []view.UID) (greatest view.ModSeq) {
	for _, uid := range uids {
		if m, ok := s.selection.view.Known().Get(uid); ok {
			greatest = max(greatest, m.ModSeq)
		}
	}
	return greatest
}

// number is how a message is named in an answer.
func (s *session) number(uid view.UID, asUID bool) uint32 {
	if asUID {
		return uint32(uid)
	}
	i, _ := s.selection.view.Known().Find(uid)
	return uint32(i + 1)
}

// tellFound sends SEARCH or SORT, without hits too: clients wait for it.
func (s *session) tellFound(name string, found []view.UID, modSeq view.ModSeq, asUID bool) {
	e := s.enc().Raw("* ").Raw(name)
	for _, uid := range found {
		e.SP().Number(uint64(s.number(uid, asUID)))
	}
	if modSeq > 0 && len(found) > 0 {
		e.Raw(" (MODSEQ ").Number(uint64(modSeq)).Raw(")")
	}
	e.CRLF()
}

// tellExtended sends ESEARCH (RFC 4731, RFC 9394). found is in the order of the answer.
func (s *session) tellExtended(c *call, want *imapwire.SearchReturn, found []view.UID, modSeq view.ModSeq) {
	if want.Save && !want.Min && !want.Max && !want.Count && !want.All && !want.Partial {
		return // RFC 5182 2.1
	}
	e := s.enc().Raw(`* ESEARCH (TAG `).String(c.tag).Raw(")")
	if c.uid {
		e.Raw(" UID")
	}
	if n := len(found); n > 0 {
		if want.Min {
			e.Raw(" MIN ").Number(uint64(s.number(found[0], c.uid)))
		}
		if want.Max {
			e.Raw(" MAX ").Number(uint64(s.number(found[n-1], c.uid)))
		}
		if want.All {
			e.Raw(" ALL ").Set(s.setFound(found, c.uid))
		}
	}
	if want.Count {
		e.Raw(" COUNT ").Number(uint64(len(found)))
	}
	if want.Partial {
		e.Raw(" PARTIAL (").Raw(strconv.FormatInt(want.First, 10) + ":" + strconv.FormatInt(want.Last, 10)).SP()
		if page := partial(found, want.First, want.Last); len(page) > 0 {
			e.Set(s.setFound(page, c.uid))
		} else {
			e.NIL()
		}
		e.Raw(")")
	}
	if modSeq > 0 && len(found) > 0 {
		if want.Min != want.Max && !want.All && !want.Count {
			// Of MIN or MAX alone it is that of the message which is told (RFC 7162 3.1.10).
			one := found[0]
			if want.Max {
				one = found[len(found)-1]
			}
			modSeq = s.greatestModSeq([]view.UID{one})
		}
		e.Raw(" MODSEQ ").Number(uint64(modSeq))
	}
	e.CRLF()
}

func (s *session) setFound(found []view.UID, asUID bool) (set imapwire.NumSet) {
	for _, uid := range found {
		set.Add(s.number(uid, asUID))
	}
	return set
}

// toSave is what SAVE keeps (RFC 5182 2.4): all, unless only the first or last is asked for.
func toSave(want *imapwire.SearchReturn, found []view.UID) (saved []view.UID) {
	if len(found) == 0 || want.All || want.Count || want.Partial || !want.Min && !want.Max {
		return found
	}
	if want.Min {
		saved = append(saved, found[0])
	}
	if last := found[len(found)-1]; want.Max && (len(saved) == 0 || saved[0] != last) {
		saved = append(saved, last)
	}
	return saved
}
