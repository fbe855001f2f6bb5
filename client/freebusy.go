package client

import (
	"context"

	"zarafa/mapi"
)

// The free/busy messages of a store: LocalFreebusy in the folder of that name and an associated one in the calendar
// (objects.md section 2.1). PR_FREEBUSY_ENTRYIDS of inbox and root folder says where they are.
const (
	freebusyClass   = "IPM.Microsoft.ScheduleData.FreeBusy"
	freebusySubject = "LocalFreebusy"
	freebusyMonths  = 6 // that are published
)

// Places in PR_FREEBUSY_ENTRYIDS.
const (
	freebusyAssociated = iota
	freebusyLocal
	freebusyPublished
	freebusyFolder
	freebusySize
)

// createFreebusy creates folder and messages, and returns the property that says where they are.
func (s *Session) createFreebusy(ctx context.Context, st Store, calendar mapi.EntryID) (where mapi.PropValue, err error) {
	folder, err := s.CreateFolder(ctx, st.RootID, NewFolder{Name: nameFreebusy})
	if err != nil {
		return where, err
	}
	local, err := s.CreateMessage(ctx, folder, &Message{Props: freebusyProps(
		mapi.Bool(mapi.PrProcessMeetingRequests, false),
		mapi.Bool(mapi.PrDeclineRecurringMeetingRequests, false),
		mapi.Bool(mapi.PrDeclineConflictingMeetingRequests, false),
	)})
	if err != nil {
		return where, err
	}
	associated, err := s.CreateMessage(ctx, calendar, &Message{Props: freebusyProps(), Associated: true})
	if err != nil {
		return where, err
	}
	ids := make([]mapi.PropValue, freebusySize)
	for i := range ids {
		ids[i].Data = []byte{}
	}
	ids[freebusyAssociated].Data, ids[freebusyLocal].Data, ids[freebusyFolder].Data = associated, local, folder
	return mapi.Multi(mapi.PrFreebusyEntryIDs, ids...), nil
}

func freebusyProps(more ...mapi.PropValue) mapi.Props {
	return append(mapi.Props{
		mapi.String(mapi.PrMessageClass, freebusyClass),
		mapi.String(mapi.PrSubject, freebusySubject),
		mapi.String(mapi.PrSubjectPrefix, ""),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead|mapi.MsgUnsent),
		mapi.Long(mapi.PrFreebusyNumMonths, freebusyMonths),
	}, more...)
}
