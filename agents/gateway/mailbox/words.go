package mailbox

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// exactSearch is Settings.ExactSearch if that is 0.
const exactSearch = 500

// byWords asks the server's full-text index for a text in the bodies of messages, and with header in what it knows of headers, too. ok is false where the
// messages are to be looked at themselves: they are few, the text is more than words, or the server has no index that is complete.
//
// The index finds what words begin with. That is less than RFC 9051 6.4.4 says, which finds texts within words, and it is what IMAP servers with a
// full-text index do, since reading all texts of a large mailbox takes longer than people wait.
func (o *openFolder) byWords(ctx context.Context, uids []view.UID, text string, header bool) (found []view.UID, ok bool, err error) {
	few := o.user.server.settings.ExactSearch
	if few == 0 {
		few = exactSearch
	}
	if len(uids) <= few || !o.session().Gateway() || !onlyWords(text) {
		return nil, false, nil
	}
	properties := []mapi.PropTag{mapi.PrBody}
	if header {
		properties = append(properties, mapi.PrSubject, mapi.PrSenderName, mapi.PrSentRepresentingName, mapi.PrDisplayTo, mapi.PrDisplayCc)
	}
	numbers, err := o.session().MessagesWithWords(ctx, o.folder.entryID, text, properties...)
	switch mapi.CodeOf(err) {
	case mapi.OK:
	case mapi.NotInitialized, mapi.InvalidParameter, mapi.NoSupport, mapi.NotFound:
		return nil, false, nil
	default:
		return nil, false, told(err)
	}
	for _, n := range numbers {
		if _, asked := slices.BinarySearch(uids, view.UID(n)); asked {
			found = append(found, view.UID(n))
		}
	}
	if len(strings.Fields(text)) == 1 {
		return found, true, nil
	}
	// The words are there; whether they stand side by side the mails tell.
	found, err = o.verified(ctx, found, text, header)
	return found, true, err
}

// onlyWords reports whether a text is made of words and single blanks between them.
func onlyWords(text string) bool {
	return text != "" && strings.Join(strings.Fields(text), " ") == text && !strings.ContainsFunc(text, func(r rune) bool {
		return r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// verified are those of the messages that have a text in their body, or with header in their header.
func (o *openFolder) verified(ctx context.Context, uids []view.UID, text string, header bool) (found []view.UID, err error) {
	search := newTextSearch(text)
	err = o.Fetch(ctx, uids, mailstore.ItemMail, func(r *mailstore.Record) error {
		t, err := tree.Parse(r.Mail, r.Mail.Size())
		if err != nil {
			return err
		}
		in, err := search.inMail(t, header)
		if in {
			found = append(found, r.Message.UID)
		}
		return err
	})
	return found, err
}
