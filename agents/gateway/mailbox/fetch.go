package mailbox

import (
	"context"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// Preview is made of so many characters of the text (RFC 8970 3.1).
const previewLength = 200

// fetchColumns are the columns for what is wanted.
func (t *tags) fetchColumns(want mailstore.Items) (columns []mapi.PropTag) {
	columns = append(columns, mapi.PrEntryID, mapi.PrInstanceKey)
	for item, needed := range map[mailstore.Items][]mapi.PropTag{
		mailstore.ItemSize:      {mapi.PrECIMAPEmailSize},
		mailstore.ItemDate:      {mapi.PrMessageDeliveryTime, mapi.PrClientSubmitTime, mapi.PrCreationTime},
		mailstore.ItemSaveDate:  {mapi.PrCreationTime},
		mailstore.ItemEnvelope:  {t.version, t.envelope, mapi.PrECIMAPEmailSize},
		mailstore.ItemStructure: {t.version, mapi.PrECIMAPBody, mapi.PrECIMAPBodystructure, mapi.PrECIMAPEmailSize},
		mailstore.ItemHeader:    {t.unlike, mapi.PrTransportMessageHeaders, mapi.PrECIMAPEmailSize},
		mailstore.ItemMail:      {mapi.PrECIMAPEmailSize},
		mailstore.ItemObjectID:  {mapi.PrSearchKey, mapi.PrConversationIndex},
	} {
		if want&item == 0 {
			continue
		}
		for _, tag := range needed {
			if !containsTag(columns, tag) {
				columns = append(columns, tag)
			}
		}
	}
	return columns
}

func containsTag(tags []mapi.PropTag, tag mapi.PropTag) bool {
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

// fetchedAtOnce is of how many messages it is looked up at a time what is known of them. What was found stays in memory until it has been visited.
const fetchedAtOnce = 5000

// Fetch visits messages.
func (o *openFolder) Fetch(ctx context.Context, uids []view.UID, want mailstore.Items, visit func(*mailstore.Record) error) error {
	if want&^cacheable != 0 || want == 0 {
		return o.fetch(ctx, uids, want, visit)
	}
	for some := range slices.Chunk(uids, fetchedAtOnce) {
		if err := o.fetchSome(ctx, some, want, visit); err != nil {
			return err
		}
	}
	return nil
}

// fetchSome visits messages, of which those that are known are not asked for.
func (o *openFolder) fetchSome(ctx context.Context, uids []view.UID, want mailstore.Items, visit func(*mailstore.Record) error) error {
	cache, folder := o.user.server.cache, string(o.folder.entryID)
	snapshot := o.Snapshot()
	known, missing := cache.get(folder, snapshot, uids, want)
	rest := uids
	// visitKnown visits the known messages in front of one.
	visitKnown := func(before uint64) error {
		for len(rest) > 0 && uint64(rest[0]) < before {
			uid, e := rest[0], known[len(uids)-len(rest)]
			rest = rest[1:]
			if e == nil {
				continue
			}
			r := e.record
			r.Message, _ = snapshot.Get(uid)
			if err := visit(&r); err != nil {
				return err
			}
		}
		return nil
	}
	if missing > 0 {
		unknown := uids
		if known != nil {
			unknown = make([]view.UID, 0, missing)
			for i, e := range known {
				if e == nil {
					unknown = append(unknown, uids[i])
				}
			}
		}
		err := o.fetch(ctx, unknown, want, func(r *mailstore.Record) error {
			cache.put(folder, r, want)
			if known != nil {
				if err := visitKnown(uint64(r.Message.UID)); err != nil {
					return err
				}
			}
			return visit(r)
		})
		if err != nil {
			return err
		}
	}
	if known == nil {
		return nil
	}
	return visitKnown(math.MaxUint64)
}

// fetch asks for messages and visits them.
func (o *openFolder) fetch(ctx context.Context, uids []view.UID, want mailstore.Items, visit func(*mailstore.Record) error) error {
	previews := want & mailstore.ItemPreview
	want &^= mailstore.ItemPreview
	visitRows := func(rows []mapi.Props) error {
		texts, err := o.previews(ctx, rows, previews != 0)
		if err != nil {
			return err
		}
		snapshot := o.Snapshot()
		return o.withMails(ctx, rows, want, func(row mapi.Props, m *stored) error {
			message, ok := snapshot.Get(uidOf(row))
			if !ok {
				message.UID = uidOf(row) // it has gone since; the session knows it still
			}
			r := mailstore.Record{Message: message, EntryID: row.Bytes(mapi.PrEntryID), Preview: texts[message.UID]}
			if err := o.fill(&r, row, m, want); err != nil {
				return err
			}
			return visit(&r)
		})
	}
	if rows, ok := o.index.recall(uids, want); ok && previews == 0 {
		return visitRows(rows)
	}
	columns := o.user.tags.fetchColumns(want)
	if want&mailstore.ItemMail != 0 && len(uids) > mostAtOnce && o.session().Gateway() {
		columns = append(columns, mapi.PrECIMAPEmail) // many at a time, in answers of bounded size
	}
	return o.visitRows(ctx, uids, mapi.OpenNoCap, columns, func(rows []mapi.Props) error {
		o.index.remember(rows)
		return visitRows(rows)
	})
}

// fill gives a record what is wanted.
func (o *openFolder) fill(r *mailstore.Record, row mapi.Props, m *stored, want mailstore.Items) error {
	r.Size = int64(row.Uint32(mapi.PrECIMAPEmailSize))
	r.Date, r.SaveDate = dateOf(row), timeOf(row, mapi.PrCreationTime)
	if want&mailstore.ItemObjectID != 0 {
		r.EmailID, r.ThreadID = objectIDs(row)
	}
	if want&mailstore.ItemEnvelope != 0 {
		r.Envelope = "(" + row.Str(o.user.tags.envelope) + ")"
	}
	if want&mailstore.ItemStructure != 0 {
		r.Body, r.BodyStructure = row.Str(mapi.PrECIMAPBody), row.Str(mapi.PrECIMAPBodystructure)
	}
	if m != nil {
		return m.fill(r, want)
	}
	if want&mailstore.ItemHeader != 0 {
		r.Header, _ = o.keptHeader(row)
	}
	return nil
}

// dateOf is INTERNALDATE.
func dateOf(row mapi.Props) time.Time {
	for _, tag := range []mapi.PropTag{mapi.PrMessageDeliveryTime, mapi.PrClientSubmitTime, mapi.PrCreationTime} {
		if t := timeOf(row, tag); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func timeOf(row mapi.Props, tag mapi.PropTag) time.Time {
	v, ok := row.Get(tag)
	if !ok || v.Time() == 0 {
		return time.Time{}
	}
	return v.Time().Time()
}

// objectIDs are the ids of RFC 8474: a copy keeps the search key, and answers the head of the conversation index.
func objectIDs(row mapi.Props) (email, thread string) {
	if key := row.Bytes(mapi.PrSearchKey); len(key) > 0 {
		email = "M" + hex.EncodeToString(key[:min(len(key), 100)])
	}
	// A byte, 5 of the time, 16 that are the conversation's (MS-OXOMSG 2.2.1.3).
	if index := row.Bytes(mapi.PrConversationIndex); len(index) >= 22 {
		thread = "T" + hex.EncodeToString(index[6:22])
	}
	return email, thread
}

// keptHeader is the header that is kept apart from the mail, if it is the mail's byte by byte.
func (o *openFolder) keptHeader(row mapi.Props) (header []byte, ok bool) {
	v, ok := row.Get(mapi.PrTransportMessageHeaders)
	if _, stored := row.Get(mapi.PrECIMAPEmailSize); !ok || !stored || row.Uint32(o.user.tags.unlike) != 0 {
		return nil, false
	}
	return convert.KeptHeader(v.Data)
}

// incomplete reports whether the mail itself has to be looked at.
func (o *openFolder) incomplete(row mapi.Props, want mailstore.Items) bool {
	if want&mailstore.ItemMail != 0 {
		return true
	}
	if _, ok := row.Get(mapi.PrECIMAPEmailSize); !ok && want&(mailstore.ItemSize|mailstore.ItemEnvelope|mailstore.ItemStructure|mailstore.ItemHeader) != 0 {
		return true
	}
	if want&(mailstore.ItemEnvelope|mailstore.ItemStructure) != 0 && row.Uint32(o.user.tags.version) != convert.IMAPVersion {
		return true
	}
	if want&mailstore.ItemHeader != 0 {
		_, ok := o.keptHeader(row)
		return !ok
	}
	return false
}

// previews are the texts for PREVIEW, which a table cuts short.
func (o *openFolder) previews(ctx context.Context, rows []mapi.Props, wanted bool) (map[view.UID]string, error) {
	if !wanted {
		return nil, nil
	}
	uids := make([]view.UID, len(rows))
	for i, row := range rows {
		uids[i] = uidOf(row)
	}
	texts := make(map[view.UID]string, len(rows))
	err := o.visitRows(ctx, uids, 0, []mapi.PropTag{mapi.PrBody}, func(rows []mapi.Props) error {
		for _, row := range rows {
			texts[uidOf(row)] = preview(row.Str(mapi.PrBody))
		}
		return nil
	})
	return texts, err
}

// preview is the beginning of a text on one line.
func preview(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return string(runes[:min(len(runes), previewLength)])
}
