package spooler

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/report"
	"zarafa/mapi"
)

// tell puts a report into the owner's inbox, once: however often it is tried, the report has the same entry id.
func (j *job) tell(ctx context.Context, kind string, action report.Action, list []refusal, until time.Time) error {
	if j.isAutomatic() {
		return nil // nobody waits for a report on a report, or on an answer that he did not write
	}
	if j.box.Inbox == nil {
		return mapi.Errorf(mapi.NotFound, "reporting", "the mailbox of %q has no inbox", j.task.Owner)
	}
	for _, r := range list {
		kind += " " + r.address
	}
	id := j.idFor(j.box.Store.GUID, kind)
	if exists, err := exists(ctx, j.s, id); err != nil || exists {
		return err
	}
	d := &report.Delivery{
		Server: j.d.hostname, Subject: j.m.Props.Str(mapi.PrSubject), MessageID: convert.MessageID(j.m, j.domain()),
		Now: j.d.now(), Directory: byAddress{ctx, j.d.dir},
	}
	if at, ok := j.m.Props.Get(mapi.PrClientSubmitTime); ok {
		d.Arrived = at.Time().Time()
	}
	if to := header.Mailboxes(header.ParseAddresses(j.author.owner.SMTP, nil)); len(to) == 1 {
		d.To = to[0]
	}
	for _, r := range list {
		d.Recipients = append(d.Recipients, report.Recipient{
			Address: r.address, Action: action, Status: statusOf(r.reason), Replies: strings.Split(r.reason, "\n"), Tried: j.d.now(), Until: until,
		})
	}
	_, err := j.s.SaveMessage(ctx, j.box.Inbox, d.Message(embeddable(j.m)), client.SaveOptions{ID: id, NewMail: true})
	if mapi.CodeOf(err) == mapi.StoreFull {
		j.d.log.Warn("a sender is not told what became of his mail: his mailbox is full", "owner", j.task.Owner, "error", err)
		return nil
	}
	return err
}

// statusOf is the status code in front of a reason that was found here; those of relays are in their replies.
func statusOf(reason string) string {
	word, _, _ := strings.Cut(reason, " ")
	if len(word) >= 5 && word[1] == '.' && strings.Trim(word, "0123456789.") == "" {
		return word
	}
	_, reply, ok := strings.Cut(reason, " said: ")
	if !ok {
		return ""
	}
	code, rest, _ := strings.Cut(reply, " ")
	enhanced, _, _ := strings.Cut(rest, " ")
	if len(enhanced) >= 5 && enhanced[1] == '.' && strings.Trim(enhanced, "0123456789.") == "" {
		return enhanced
	}
	if len(code) == 3 && strings.Trim(code, "0123456789") == "" {
		return code[:1] + ".0.0"
	}
	return ""
}

// embeddable is the message without what belongs to its place in the store.
func embeddable(m *mapi.Message) *mapi.Message {
	out := *m
	out.Props = nil
	for _, v := range m.Props {
		switch v.Tag {
		case mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrStoreEntryID, mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrMessageSize, mapi.PrHasAttach,
			mapi.PrECIMAPID, mapi.PrDeferredSendTime, mapi.PrSentmailEntryID, mapi.PrDeleteAfterSubmit, mapi.PrRecordKey, mapi.PrPredecessorChangeList:
		case mapi.PrMessageFlags:
			out.Props = append(out.Props, mapi.Long(v.Tag, v.Uint32()&^(mapi.MsgSubmit|mapi.MsgUnsent)|mapi.MsgRead))
		default:
			out.Props = append(out.Props, v)
		}
	}
	out.Named = nil
	for _, n := range m.Named {
		if n.Name.Set != spoolerSet() {
			out.Named = append(out.Named, n)
		}
	}
	convert.DropIMAP(&out)
	return &out
}

// idFor is the entry id of a message that is made for this submission, always the same for the same purpose.
func (j *job) idFor(store mapi.GUID, purpose string) mapi.EntryID {
	h := sha256.New()
	h.Write([]byte(j.task.Key))
	h.Write([]byte(j.state.first.UTC().Format(time.RFC3339Nano)))
	h.Write([]byte(purpose))
	var unique mapi.GUID
	copy(unique[:], h.Sum(nil))
	return mapi.MakeEntryID(store, mapi.TypeMessage, unique)
}

// exists reports whether a message is there.
func exists(ctx context.Context, s *client.Session, id mapi.EntryID) (bool, error) {
	_, err := s.LoadObject(ctx, id)
	if none(err) {
		return false, nil
	}
	return err == nil, err
}
