package dagent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/spool"
	"zarafa/client"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// identify gives the mail an identity if its sender has put a trace into it that only this one mail has.
//
// A sender that gets no answer, because this program or the connection ended after the mail was stored, must send it again (RFC 2033 section 4.2,
// RFC 1047). It sends the same bytes then, with the same return path, out of the same entry of its queue. That entry is named by the topmost
// Received field: "by" is the name that the sender gives itself in LHLO, and "id" the entry in its queue (RFC 5321 section 4.4). The same mail that
// is sent twice on purpose has two such ids, and whoever puts old mails in by LMTP himself is not the one who wrote the field. So there
// is no limit in time: what has this identity is the same mail. Without such a field nothing is assumed, and the mail is stored once for each
// attempt.
func (m *Mail) identify(e lmtp.Envelope, text *spool.Mail) error {
	received := m.header.Values("Received")
	if len(received) < 2 || e.Helo == "" { // the first is this program's own
		return nil
	}
	by, id := header.ReceivedClause(received[1], "by"), header.ReceivedClause(received[1], "id")
	if id == "" || !strings.EqualFold(by, e.Helo) {
		return nil
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00", e.From)
	if data, ok := text.InMemory(); ok {
		sum.Write(data) // a hash takes all that it is given
	} else if _, err := io.Copy(sum, text.Reader()); err != nil {
		return fmt.Errorf("reading a mail once more: %w", err)
	}
	m.identity = sum.Sum(nil)
	return nil
}

// entryID is what the mail's message in a folder is called in each attempt to deliver it to this user; nil leaves the choice to the client. The
// server refuses a second message of that name, also while the first is still being stored. Rules may put a mail into a folder more than once. A
// message that was moved meanwhile has another name, and so is stored again.
func (v *delivery) entryID(folder mapi.EntryID) mapi.EntryID {
	if v.mail.identity == nil {
		return nil
	}
	var before uint32
	for _, f := range v.placed {
		if bytes.Equal(f, folder) {
			before++
		}
	}
	sum := sha256.New()
	sum.Write(v.mail.identity)
	sum.Write(v.to.EntryID)
	sum.Write(folder)
	sum.Write(binary.LittleEndian.AppendUint32(nil, before))
	unique, _ := mapi.GUIDOf(sum.Sum(nil)[:16])
	return mapi.MakeEntryID(folder.StoreGUID(), mapi.TypeMessage, unique)
}

// isInInbox reports whether an earlier attempt has put the mail into the inbox. It may be what has filled the mailbox.
func (v *delivery) isInInbox(ctx context.Context) bool {
	if v.mail.identity == nil || v.box.Inbox == nil {
		return false
	}
	id := v.entryID(v.box.Inbox)
	_, err := v.box.Store.Session.LoadObject(ctx, id)
	if err != nil && !client.IsNotFound(err) {
		v.log.Warn("it is not known whether a mail for a full mailbox is in it already", "user", v.to.Account, "error", err)
	}
	return err == nil
}
