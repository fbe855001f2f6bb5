package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// MessagesWithWords gives the UIDs (PR_EC_IMAP_ID) of the messages of a folder in which every word of a text is the beginning of a word of one of some
// properties, such as mapi.PrBody, mapi.PrSubject, mapi.PrSenderName and mapi.PrDisplayTo, ascending. It is answered by the server's full-text index, in one call and
// without reading a message. Case and accents make no difference; text within words is not found, and of attachments only what the server's settings
// have indexed, as part of the body. The body is PR_BODY or the text of the HTML.
//
// NOT_INITIALIZED says that the index does not have the whole store yet, which it gets from the first question on; INVALID_PARAMETER that the text
// has no words, or that the server's settings keep one of the properties out of the index, as they do with mapi.PrTransportMessageHeaders: then the messages are to be read. It needs [Session.Gateway].
func (s *Session) MessagesWithWords(ctx context.Context, folder mapi.EntryID, text string, properties ...mapi.PropTag) (uids []uint32, err error) {
	if err := s.requireGateway("a search of words"); err != nil {
		return nil, err
	}
	words := &mapi.Restriction{Type: mapi.ResOr}
	for _, tag := range properties {
		value := mapi.String(tag, text)
		words.Sub = append(words.Sub, &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: tag, Value: &value})
	}
	var resp wire.LoadPropResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.LoadPropRequest{SessionID: session, EntryID: folder, PropTag: uint32(mapi.PrMessagesWithWords), Words: words}
	}, &resp, func() error {
		if resp.PropVal == nil {
			return errIncomplete
		}
		for _, v := range resp.PropVal.Values() {
			uids = append(uids, v.Uint32())
		}
		return nil
	})
	return uids, err
}
