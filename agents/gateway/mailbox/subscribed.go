package mailbox

import (
	"encoding/binary"
	"errors"

	"zarafa/mapi"
)

// Bounds of the list of subscribed folders: what is beyond is no list of folders but damage.
const (
	mostSubscribed   = 100_000
	longestEntryID   = 1024
	errSubscribedCut = "the list of subscribed folders ends before its time"
)

// parseSubscribed reads PR_EC_IMAP_SUBSCRIBED of the inbox: a number in 32 bits, the lowest first, and so many entry ids, each behind its length. What
// is whole in front of an error is returned beside it.
func parseSubscribed(b []byte) (ids []mapi.EntryID, err error) {
	if len(b) == 0 {
		return nil, nil
	}
	number := func() (n uint32, ok bool) {
		if len(b) < 4 {
			return 0, false
		}
		n, b = binary.LittleEndian.Uint32(b), b[4:]
		return n, true
	}
	count, ok := number()
	if !ok || count > mostSubscribed {
		return nil, errors.New(errSubscribedCut)
	}
	for range count {
		n, ok := number()
		if !ok || n > longestEntryID || int(n) > len(b) {
			return ids, errors.New(errSubscribedCut)
		}
		ids = append(ids, mapi.EntryID(b[:n:n]))
		b = b[n:]
	}
	return ids, nil
}

// formatSubscribed is the value of PR_EC_IMAP_SUBSCRIBED.
func formatSubscribed(ids []mapi.EntryID) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(ids)))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(id)))
		b = append(b, id...)
	}
	return b
}
