package outlook

import (
	"context"
	"time"

	"zarafa/client"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// searchName is the name of the user's search folder.
const searchName = "zload"

// search looks for a word in the subjects of a folder.
func (u *User) search(ctx context.Context) error {
	f := []truth.Folder{inbox, sent}[u.options.Random.IntN(2)]
	return u.some(ctx, f, u.query(f, u.subjectHas()))
}

// subjectHas is a condition that some messages meet.
func (u *User) subjectHas() *mapi.Restriction {
	word := mapi.String(mapi.PrSubject, u.options.Material.SearchWord(u.options.Random))
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: mapi.PrSubject, Value: &word}
}

// some reads what meets a condition.
func (u *User) some(ctx context.Context, f truth.Folder, q client.TableQuery) error {
	asked := u.truth.Mark()
	return u.withTable(ctx, u.session, q, func(t *client.Table) error {
		rows, err := t.Rows(ctx, pageRows)
		if err != nil {
			return err
		}
		return u.truth.CheckList(f, truth.List{Rows: rows, Asked: asked, Some: true})
	})
}

// searchFolder has the server search the inbox, for unread messages or for a word, waits until it is done, and reads what it
// has found.
func (u *User) searchFolder(ctx context.Context) (err error) {
	if u.searches == nil {
		u.searches, err = u.session.CreateFolder(ctx, u.finder, client.NewFolder{Name: searchName, Search: true})
		if err != nil {
			return err
		}
	}
	only, condition := truth.Unread, &mapi.Restriction{Type: mapi.ResBitmask, Op: mapi.BitmaskEQZ, Tag: mapi.PrMessageFlags, Num: mapi.MsgRead}
	if u.options.Random.IntN(2) == 0 {
		only, condition = truth.Any, u.subjectHas()
	}
	asked := u.truth.Mark()
	select {
	case <-u.searched: // of a search before
	default:
	}
	criteria := client.SearchCriteria{Restrict: condition, Folders: []mapi.EntryID{u.folders[inbox]}}
	if err := u.session.SetSearchCriteria(ctx, u.searches, criteria); err != nil {
		return err
	}
	if err := u.awaitSearch(ctx); err != nil {
		return err
	}
	q := u.query(inbox, nil)
	q.EntryID = u.searches
	return u.withTable(ctx, u.session, q, func(t *client.Table) error {
		rows, err := t.Rows(ctx, pageRows)
		if err != nil {
			return err
		}
		return u.truth.CheckList(inbox, truth.List{
			Rows: rows, Asked: asked, Start: true, End: len(rows) < pageRows, Newest: true, Some: only == truth.Any, Only: only,
		})
	})
}

// awaitSearch waits for the notification that the search is complete. A slow search is not wrong; one that is complete
// without a notification is.
func (u *User) awaitSearch(ctx context.Context) error {
	patience := time.NewTimer(u.options.Grace)
	defer patience.Stop()
	for complete := false; ; patience.Reset(u.options.Grace) {
		select {
		case <-u.searched:
			return nil
		case <-u.polled:
			return &mapi.Error{Op: "search", Code: mapi.EndOfSession}
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-patience.C:
		}
		if complete {
			return u.violation(truth.Lost, "no notification within %v that a search is complete", u.options.Grace)
		}
		var err error
		if complete, err = u.searchComplete(ctx); err != nil {
			return err
		}
	}
}

func (u *User) searchComplete(ctx context.Context) (complete bool, err error) {
	_, state, err := u.session.SearchCriteria(ctx, u.searches)
	return state&mapi.SearchRebuilding == 0, err
}
