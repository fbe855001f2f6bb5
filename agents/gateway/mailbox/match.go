package mailbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// Match finds those messages that a condition holds for. What columns tell is compared here; of texts the server says in which messages they may
// be, and the mail itself decides.
func (o *openFolder) Match(ctx context.Context, uids []view.UID, c mailstore.Condition) ([]view.UID, error) {
	switch c.Key {
	case mailstore.MatchHeader, mailstore.MatchSubject, mailstore.MatchFrom, mailstore.MatchTo, mailstore.MatchCc, mailstore.MatchBcc:
		return o.matchHeader(ctx, uids, &c)
	case mailstore.MatchBody:
		return o.matchBody(ctx, uids, c.Text)
	case mailstore.MatchText:
		if c.Text == "" {
			return uids, nil
		}
		if found, ok, err := o.byWords(ctx, uids, c.Text, true); ok || err != nil {
			return found, err
		}
		if o.readsAll(uids) {
			return o.verified(ctx, uids, c.Text, true)
		}
		inHeader, err := o.matchHeader(ctx, uids, &c)
		if err != nil {
			return nil, err
		}
		left := withoutRising(uids, inHeader)
		inBody, err := o.matchBody(ctx, left, c.Text)
		if err != nil {
			return nil, err
		}
		found := append(inHeader, inBody...)
		slices.Sort(found)
		return found, nil
	case mailstore.MatchSentBefore, mailstore.MatchSentOn, mailstore.MatchSentSince:
		return o.matchSent(ctx, uids, &c)
	}
	return o.matchRecord(ctx, uids, &c)
}

// withoutRising is a rising list without another one.
func withoutRising(uids, without []view.UID) []view.UID {
	left := make([]view.UID, 0, len(uids))
	for _, uid := range uids {
		if _, there := slices.BinarySearch(without, uid); !there {
			left = append(left, uid)
		}
	}
	return left
}

// matchRecord compares sizes, dates and ids.
func (o *openFolder) matchRecord(ctx context.Context, uids []view.UID, c *mailstore.Condition) (found []view.UID, err error) {
	items := mailstore.ItemDate
	switch c.Key {
	case mailstore.MatchLarger, mailstore.MatchSmaller:
		items = mailstore.ItemSize
	case mailstore.MatchEmailID, mailstore.MatchThreadID:
		items = mailstore.ItemObjectID
	case mailstore.MatchSavedBefore, mailstore.MatchSavedOn, mailstore.MatchSavedSince:
		items = mailstore.ItemSaveDate
	}
	now := o.user.server.settings.Now()
	err = o.Fetch(ctx, uids, items, func(r *mailstore.Record) error {
		if matches(r, c, now) {
			found = append(found, r.Message.UID)
		}
		return nil
	})
	return found, err
}

// matches compares a record.
func matches(r *mailstore.Record, c *mailstore.Condition, now time.Time) bool {
	switch c.Key {
	case mailstore.MatchLarger:
		return r.Size > c.Size
	case mailstore.MatchSmaller:
		return r.Size < c.Size
	case mailstore.MatchBefore:
		return day(r.Date).Before(c.Date)
	case mailstore.MatchOn:
		return day(r.Date).Equal(c.Date)
	case mailstore.MatchSince:
		return !day(r.Date).Before(c.Date)
	case mailstore.MatchSavedBefore:
		return day(r.SaveDate).Before(c.Date)
	case mailstore.MatchSavedOn:
		return day(r.SaveDate).Equal(c.Date)
	case mailstore.MatchSavedSince:
		return !day(r.SaveDate).Before(c.Date)
	case mailstore.MatchYounger:
		return now.Sub(r.Date) <= c.Within
	case mailstore.MatchOlder:
		return now.Sub(r.Date) >= c.Within
	case mailstore.MatchEmailID:
		return r.EmailID == c.Text
	case mailstore.MatchThreadID:
		return r.ThreadID == c.Text
	}
	return false
}

// day is a date without its time and zone.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// farthest is how much the day of a Date field may differ from that of the same time in UTC.
const farthest = 48 * time.Hour

// matchSent compares the Date field. Its day is that of the sender's zone, which only the field tells; but most days are far from the one asked for.
func (o *openFolder) matchSent(ctx context.Context, uids []view.UID, c *mailstore.Condition) (found []view.UID, err error) {
	var near []view.UID
	err = o.visitRows(ctx, uids, 0, []mapi.PropTag{mapi.PrClientSubmitTime}, func(rows []mapi.Props) error {
		for _, row := range rows {
			sent := timeOf(row, mapi.PrClientSubmitTime)
			if sent.IsZero() || sent.Sub(c.Date).Abs() < farthest {
				near = append(near, uidOf(row))
			} else if sentMatches(sent, c) {
				found = append(found, uidOf(row))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = o.Fetch(ctx, near, mailstore.ItemHeader|mailstore.ItemDate, func(r *mailstore.Record) error {
		sent, ok := header.ParseDate(header.Parse(r.Header).Get("Date"))
		if !ok {
			sent = r.Date // as SORT does (RFC 5256 2.2), and as the submit time of such a message is
		}
		if sentMatches(sent, c) {
			found = append(found, r.Message.UID)
		}
		return nil
	})
	slices.Sort(found)
	return found, err
}

func sentMatches(sent time.Time, c *mailstore.Condition) bool {
	switch d := day(sent); c.Key {
	case mailstore.MatchSentBefore:
		return d.Before(c.Date)
	case mailstore.MatchSentOn:
		return d.Equal(c.Date)
	}
	return !day(sent).Before(c.Date)
}

// fewToSearch is up to how many messages are looked at without asking the server first.
const fewToSearch = 20

// matchHeader looks for a text in header fields.
func (o *openFolder) matchHeader(ctx context.Context, uids []view.UID, c *mailstore.Condition) (found []view.UID, err error) {
	if text := strings.TrimSpace(c.Text); c.Key == mailstore.MatchSubject && text != "" && text == c.Text && len(uids) > fewToSearch {
		return o.candidates(ctx, uids, containsText(mapi.PrSubject, text)) // which is the field, decoded
	}
	if word := longestWord(c.Text); word != "" && len(uids) > fewToSearch {
		// A word may be encoded (RFC 2047); a message without a header that is kept has one all the same.
		uids, err = o.candidates(ctx, uids, or(
			containsText(mapi.PrTransportMessageHeaders, word), containsText(mapi.PrTransportMessageHeaders, "=?"),
			not(exists(mapi.PrTransportMessageHeaders)), exists(o.user.tags.unlike),
		))
		if err != nil {
			return nil, err
		}
	}
	name := c.Field
	for key, field := range map[mailstore.ConditionKey]string{
		mailstore.MatchSubject: "Subject", mailstore.MatchFrom: "From", mailstore.MatchTo: "To", mailstore.MatchCc: "Cc", mailstore.MatchBcc: "Bcc",
	} {
		if c.Key == key {
			name = field
		}
	}
	wanted := strings.ToLower(c.Text)
	err = o.Fetch(ctx, uids, mailstore.ItemHeader, func(r *mailstore.Record) error {
		fields := fieldsOf(r)
		if c.Key == mailstore.MatchText && inHeader(fields, wanted) || c.Key != mailstore.MatchText && inField(fields, name, wanted) {
			found = append(found, r.Message.UID)
		}
		return nil
	})
	return found, err
}

// fieldsOf are the fields of a record's header.
func fieldsOf(r *mailstore.Record) *header.Fields { return header.Parse(r.Header) }

// inField reports whether a field has a text, which is in lower case.
func inField(fields *header.Fields, name, text string) bool {
	for _, value := range fields.Values(name) {
		if strings.Contains(strings.ToLower(header.DecodeText(value, nil)), text) {
			return true
		}
	}
	return false
}

// inHeader reports whether any field has it.
func inHeader(fields *header.Fields, text string) bool {
	for _, f := range fields.All() {
		if strings.Contains(strings.ToLower(f.Name+": "+header.DecodeText(f.Value(), nil)), text) {
			return true
		}
	}
	return false
}

// longestWord is the longest piece of a text without blanks: a line may be folded at each blank.
func longestWord(text string) (longest string) {
	for _, word := range strings.Fields(text) {
		if len(word) > len(longest) {
			longest = word
		}
	}
	return longest
}

// matchBody looks for a text in the bodies. The text of a message without attachments is all that it has; in others it may be in another part.
func (o *openFolder) matchBody(ctx context.Context, uids []view.UID, text string) (found []view.UID, err error) {
	if text == "" {
		return uids, nil
	}
	if found, ok, err := o.byWords(ctx, uids, text, false); ok || err != nil {
		return found, err
	}
	if o.readsAll(uids) {
		return o.verified(ctx, uids, text, false)
	}
	parts := uids
	if len(uids) > fewToSearch {
		if found, err = o.candidates(ctx, uids, containsText(mapi.PrBody, text)); err != nil {
			return nil, err
		}
		attach := mapi.Bool(mapi.PrHasAttach, true)
		parts, err = o.candidates(ctx, withoutRising(uids, found), or(
			&mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrHasAttach, Value: &attach}, not(exists(mapi.PrBody)),
		))
		if err != nil {
			return nil, err
		}
	}
	inParts, err := o.verified(ctx, parts, text, false)
	found = append(found, inParts...)
	slices.Sort(found)
	return found, err
}

// mostRead is in up to how many messages a text is looked for by reading them without asking the server first, where that takes few calls: the server had to
// read the texts of all, too, and then most of the mails would be read anyway.
const mostRead = 5000

func (o *openFolder) readsAll(uids []view.UID) bool {
	return len(uids) <= mostRead && o.session().Gateway()
}

// candidates are those of the messages that the server says a condition holds for. The condition is put so that it means what it says: of a plain one
// the server's full-text index may make a search for the beginnings of words.
func (o *openFolder) candidates(ctx context.Context, uids []view.UID, r *mapi.Restriction) (found []view.UID, err error) {
	if len(uids) == 0 {
		return nil, nil
	}
	err = eachPage(ctx, o.session(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: o.folder.entryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrECIMAPID},
		Restrict: not(not(r)), Sort: []mapi.SortOrder{{Tag: mapi.PrECIMAPID}},
	}, func(rows []mapi.Props) error {
		for _, row := range rows {
			if _, asked := slices.BinarySearch(uids, uidOf(row)); asked {
				found = append(found, uidOf(row))
			}
		}
		return nil
	})
	return found, told(err)
}

func or(list ...*mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResOr, Sub: list}
}

func not(r *mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{r}}
}

func exists(tag mapi.PropTag) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResExist, Tag: tag}
}

func containsText(tag mapi.PropTag, text string) *mapi.Restriction {
	v := mapi.String(tag, text)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: tag, Value: &v}
}
