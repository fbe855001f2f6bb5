package mailbox

import (
	"context"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// tags are the columns whose ids the server has given.
type tags struct {
	keywords mapi.PropTag // categories
	envelope mapi.PropTag
	version  mapi.PropTag // of what is kept for IMAP
	unlike   mapi.PropTag // see convert.HeaderUnlikeName
	modSeq   mapi.PropTag // the modification number; 0 if the server has none
	names    mapi.PropTag // of the inbox: see missingName
}

// newTags asks for the ids; the session remembers them for the next time.
func newTags(ctx context.Context, s *client.Session) (*tags, error) {
	ids, err := s.PropIDs(ctx, true, convert.Keywords(), convert.EnvelopeName(), convert.IMAPVersionName(), convert.HeaderUnlikeName(), missingName())
	if err != nil {
		return nil, err
	}
	t := &tags{
		keywords: mapi.MakeTag(ids[0], mapi.PtMVUnicode), envelope: mapi.MakeTag(ids[1], mapi.PtUnicode),
		version: mapi.MakeTag(ids[2], mapi.PtLong), unlike: mapi.MakeTag(ids[3], mapi.PtLong),
		names: mapi.MakeTag(ids[4], mapi.PtMVUnicode),
	}
	if s.Gateway() {
		t.modSeq = mapi.PrModificationNumber
	}
	return t, nil
}

// state are the columns that stateOf reads.
func (t *tags) state() []mapi.PropTag {
	return []mapi.PropTag{mapi.PrMessageFlags, mapi.PrFlagStatus, mapi.PrLastVerbExecuted, mapi.PrMsgStatus, t.keywords}
}
