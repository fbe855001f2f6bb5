package outlook

import (
	"bytes"
	"context"
	"slices"

	"zarafa/client"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// reviewer is the role of those who may read a folder (objects.md section 8).
const reviewer = mapi.RightReadAny | mapi.RightFolderVisible

// ShareCalendar lets all users read the calendar, if they may not yet.
func (u *User) ShareCalendar(ctx context.Context) error {
	everyone := client.Everyone()
	list, err := u.session.Rights(ctx, u.folders[calendar])
	if err != nil {
		return err
	}
	shared := slices.ContainsFunc(list, func(g client.Grant) bool { return g.UserID == everyone.UserID && g.Rights&reviewer == reviewer })
	if shared {
		return nil
	}
	everyone.Rights = reviewer
	return u.session.Grant(ctx, u.folders[calendar], everyone)
}

// showOtherWeek opens the store of another user and shows a week of his calendar.
func (u *User) showOtherWeek(ctx context.Context) error {
	peer := u.options.Peer(u.options.Random)
	if peer == nil || peer.folders == nil {
		return errNothing
	}
	st, err := u.session.UserStore(ctx, peer.options.Client.User, mapi.StorePrivate)
	if err != nil {
		return err
	}
	root, err := st.Session.LoadObject(ctx, st.RootID)
	if err != nil {
		return err
	}
	folder := mapi.EntryID(root.Props.Bytes(mapi.PrIPMAppointmentEntryID))
	if !bytes.Equal(folder, peer.folders[calendar]) {
		return u.violation(truth.Mixed, "the calendar of user %d is %x, which is not his own", peer.options.Number, []byte(folder))
	}
	return u.week(ctx, st.Session, folder, peer.truth.Mark(), func(l truth.List) error { return peer.truth.CheckGuest(calendar, l) })
}
