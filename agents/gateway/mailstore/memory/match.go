package memory

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mail/tree"
)

func (f *folder) Match(_ context.Context, uids []view.UID, c mailstore.Condition) (found []view.UID, err error) {
	f.lock()
	defer f.unlock()
	now := f.account.store.options.Now()
	for _, uid := range uids {
		if mail, ok := f.mailbox.mails[uid]; ok && mail.matches(c, now) {
			found = append(found, uid)
		}
	}
	return found, nil
}

func (m *mail) matches(c mailstore.Condition, now time.Time) bool {
	t := tree.ParseBytes(m.content)
	fields := header.Parse(m.content[t.Root.Header:t.Root.Body])
	switch c.Key {
	case mailstore.MatchHeader:
		return matchField(fields, c.Field, c.Text)
	case mailstore.MatchSubject:
		return matchField(fields, "Subject", c.Text)
	case mailstore.MatchFrom:
		return matchField(fields, "From", c.Text)
	case mailstore.MatchTo:
		return matchField(fields, "To", c.Text)
	case mailstore.MatchCc:
		return matchField(fields, "Cc", c.Text)
	case mailstore.MatchBcc:
		return matchField(fields, "Bcc", c.Text)
	case mailstore.MatchBody:
		return matchBody(t, c.Text)
	case mailstore.MatchText:
		return matchHeader(fields, c.Text) || matchBody(t, c.Text)
	case mailstore.MatchLarger:
		return int64(len(m.content)) > c.Size
	case mailstore.MatchSmaller:
		return int64(len(m.content)) < c.Size
	case mailstore.MatchEmailID:
		return m.id == c.Text
	case mailstore.MatchThreadID:
		r, err := m.record(mailstore.ItemObjectID)
		return err == nil && r.ThreadID == c.Text
	}
	return m.matchesDate(c, fields, now)
}

func (m *mail) matchesDate(c mailstore.Condition, fields *header.Fields, now time.Time) bool {
	sent, ok := header.ParseDate(fields.Get("Date"))
	if !ok {
		sent = m.date // RFC 5256 2.2
	}
	switch c.Key {
	case mailstore.MatchBefore:
		return day(m.date).Before(c.Date)
	case mailstore.MatchOn:
		return day(m.date).Equal(c.Date)
	case mailstore.MatchSince:
		return !day(m.date).Before(c.Date)
	case mailstore.MatchSentBefore:
		return day(sent).Before(c.Date)
	case mailstore.MatchSentOn:
		return day(sent).Equal(c.Date)
	case mailstore.MatchSentSince:
		return !day(sent).Before(c.Date)
	case mailstore.MatchSavedBefore:
		return day(m.saved).Before(c.Date)
	case mailstore.MatchSavedOn:
		return day(m.saved).Equal(c.Date)
	case mailstore.MatchSavedSince:
		return !day(m.saved).Before(c.Date)
	case mailstore.MatchYounger:
		return now.Sub(m.date) <= c.Within
	case mailstore.MatchOlder:
		return now.Sub(m.date) >= c.Within
	}
	return false
}

// day is a date without its time and zone, at midnight UTC.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

func matchField(fields *header.Fields, name, text string) bool {
	for _, value := range fields.Values(name) {
		if contains(header.DecodeText(value, nil), text) {
			return true
		}
	}
	return false
}

func matchHeader(fields *header.Fields, text string) bool {
	for _, f := range fields.All() {
		if contains(f.Name+": "+header.DecodeText(f.Value(), nil), text) {
			return true
		}
	}
	return false
}

// matchBody compares the texts of all parts, and the headers of messages within the mail.
func matchBody(t *tree.Message, text string) bool {
	for p := range t.Root.All() {
		if p != t.Root && p.Message == nil {
			if h, err := t.HeaderBytes(p); err == nil && contains(string(h), text) {
				return true
			}
		}
		if p.IsLeaf() && p.Type == "text" && contains(textOf(t, p), text) {
			return true
		}
	}
	return false
}

// textOf is the text of a part in UTF-8.
func textOf(t *tree.Message, p *tree.Part) string {
	raw, err := io.ReadAll(t.Content(p))
	if err != nil {
		return ""
	}
	fields, err := t.Fields(p)
	if err != nil {
		return string(raw)
	}
	mediaType, _ := fields.ContentType()
	cs, ok := charset.Lookup(mediaType.Get("charset"))
	if !ok {
		cs = charset.Guess(raw, nil)
	}
	text, _ := cs.Decode(raw)
	return text
}

// preview is the beginning of the first text.
func preview(t *tree.Message) string {
	for p := range t.Root.All() {
		if p.IsLeaf() && p.Type == "text" {
			runes := []rune(strings.Join(strings.Fields(textOf(t, p)), " "))
			return string(runes[:min(200, len(runes))])
		}
	}
	return ""
}

// threadID makes an id of a message id.
func threadID(messageID string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(messageID))
	return fmt.Sprintf("T%x", h.Sum64())
}
