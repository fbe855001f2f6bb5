package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// FlagChange says what becomes of the flags of messages. Its zero value changes nothing.
type FlagChange struct {
	// Read is mapi.ReadLeave, ReadSet or ReadClear. No receipt is sent for it.
	Read uint32
	// Status are the new values of those bits of PR_MSG_STATUS that StatusMask has.
	Status, StatusMask uint32
	// Set and Delete are about other properties, such as PR_FLAG_STATUS, PR_FOLLOWUP_ICON and PR_LAST_VERB_EXECUTED: values of a fixed size and lists.
	Set    mapi.Props
	Delete []mapi.PropTag
	// Keywords are the categories that KeywordMode, a mapi.ListReplace, ListAdd or ListRemove, is about; case does not matter.
	Keywords    []string
	KeywordMode uint32
	// Conditional leaves messages as they are whose modification number is greater than UnchangedSince (RFC 7162 3.1.3).
	Conditional    bool
	UnchangedSince uint32
}

// FlagAnswer is what became of a message.
type FlagAnswer struct {
	State  uint32 // mapi.MessageChanged, MessageSame, MessageNewer or MessageNotThere
	Number uint32 // the message's modification number now, 0 of one that is not there
}

// ChangeFlags changes the flags of messages of a folder, any number of them, in one call, and one more if the id of the categories' property is not
// known. It answers for each message in the order of ids. It needs the right to read the messages if only Read says anything, and to edit them for
// the rest, and changes nothing if that is missing. Messages are changed in batches, each as a whole: after an error some batches may be
// done. Values that change nothing leave the number as it was.
func (s *Session) ChangeFlags(ctx context.Context, folder mapi.EntryID, ids []mapi.EntryID, c FlagChange) (answers []FlagAnswer, err error) {
	const what = "changing flags"
	if err := s.requireGateway(what); err != nil {
		return nil, err
	}
	change := &wire.MessageChange{
		Read: c.Read, Status: c.Status, StatusMask: c.StatusMask, Props: c.Set, Delete: c.Delete, ListMode: c.KeywordMode,
		Conditional: c.Conditional, UnchangedSince: c.UnchangedSince,
	}
	if c.KeywordMode != mapi.ListLeave {
		list, err := s.keywordList(ctx, c.Keywords)
		if err != nil {
			return nil, err
		}
		change.List = &list
	}
	flags := uint32(0)
	if c.Read == mapi.ReadSet {
		flags = mapi.SuppressReceipt
	}
	var resp wire.SetReadFlagsResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetReadFlagsRequest{SessionID: session, Flags: flags, EntryID: folder, Messages: plainIDs(ids), Change: change}
	}, &resp, func() error {
		if len(resp.Answers) != len(ids) {
			return errIncomplete
		}
		answers = make([]FlagAnswer, len(ids))
		for i, a := range resp.Answers {
			answers[i] = FlagAnswer(a)
		}
		return nil
	})
	return answers, err
}

// keywordList is the property of the categories with some values.
func (s *Session) keywordList(ctx context.Context, keywords []string) (mapi.PropValue, error) {
	ids, err := s.PropIDs(ctx, true, mapi.PropName{Set: mapi.PsPublicStrings, Name: "Keywords"})
	if err != nil {
		return mapi.PropValue{}, err
	}
	return mapi.Strings(mapi.MakeTag(ids[0], mapi.PtUnicode|mapi.MVFlag), keywords...), nil
}
