package outlook

import (
	"context"
	"fmt"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// pageRows is how many rows Outlook asks for at a time.
const pageRows = 50

// messageColumns are the columns of Outlook's list of messages, and the message id for the checks.
func messageColumns() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrParentEntryID, mapi.PrMessageClass, mapi.PrMessageFlags, mapi.PrMsgStatus,
		mapi.PrSubject, mapi.PrNormalizedSubject, mapi.PrSentRepresentingName, mapi.PrSenderName, mapi.PrDisplayTo, mapi.PrDisplayCc,
		mapi.PrMessageDeliveryTime, mapi.PrClientSubmitTime, mapi.PrLastModificationTime, mapi.PrMessageSize, mapi.PrHasAttach,
		mapi.PrImportance, mapi.PrSensitivity, mapi.PrPriority, mapi.PrIconIndex, mapi.PrFlagStatus, mapi.PrLastVerbExecuted,
		mapi.PrInternetMessageID,
	}
}

// newestFirst is the order of Outlook's lists of messages.
func newestFirst() []mapi.SortOrder {
	return []mapi.SortOrder{{Tag: mapi.PrMessageDeliveryTime, Order: mapi.SortDescend}}
}

func (u *User) query(f truth.Folder, r *mapi.Restriction) client.TableQuery {
	return client.TableQuery{
		Kind: mapi.TableMS, EntryID: u.folders[f], ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: messageColumns(), Sort: newestFirst(), Restrict: r,
	}
}

// openInbox shows the newest messages of the inbox and subscribes to the list.
func (u *User) openInbox(ctx context.Context) error {
	asked := u.truth.Mark()
	t, err := u.session.OpenTable(ctx, u.query(inbox, nil))
	if err != nil {
		return err
	}
	rows, err := t.Rows(ctx, pageRows)
	if err == nil {
		u.shown = max(u.shown+1, firstTable)
		err = t.Subscribe(ctx, u.shown)
	}
	if err != nil {
		t.Close(ctx)
		return err
	}
	u.table = t
	if !u.learned {
		return nil
	}
	return u.truth.CheckList(inbox, truth.List{Rows: rows, Asked: asked, Start: true, End: len(rows) < pageRows, Newest: true})
}

// showInbox shows the inbox anew, in place of the list that was shown.
func (u *User) showInbox(ctx context.Context) error {
	old, subscription := u.table, u.shown
	if err := u.openInbox(ctx); err != nil {
		return err
	}
	if old == nil {
		return nil
	}
	if err := u.session.Unsubscribe(ctx, subscription); err != nil {
		return err
	}
	return old.Close(ctx)
}

// withTable opens a table for a while.
func (u *User) withTable(ctx context.Context, at *client.Session, q client.TableQuery, use func(*client.Table) error) error {
	t, err := at.OpenTable(ctx, q)
	if err != nil {
		return err
	}
	if err := use(t); err != nil {
		t.Close(ctx)
		return err
	}
	return t.Close(ctx)
}

// page opens a folder and scrolls to some place in it.
func (u *User) page(ctx context.Context) error {
	f := truth.Folder(u.options.Random.IntN(len(u.folders)))
	if u.folders[f] == nil {
		return errNothing
	}
	asked := u.truth.Mark()
	return u.withTable(ctx, u.session, u.query(f, nil), func(t *client.Table) error {
		count, _, err := t.RowCount(ctx)
		if err != nil {
			return err
		}
		at := 0
		if count > pageRows {
			at = u.options.Random.IntN(int(count) - pageRows + 1)
		}
		moved, err := t.Seek(ctx, client.BookmarkBeginning, int32(at))
		if err != nil {
			return err
		}
		rows, err := t.Rows(ctx, pageRows)
		if err != nil {
			return err
		}
		return u.truth.CheckList(f, truth.List{Rows: rows, Asked: asked, Start: moved == 0, End: len(rows) < pageRows, Newest: true})
	})
}

// allRows reads a whole folder.
func (u *User) allRows(ctx context.Context, f truth.Folder) (l truth.List, err error) {
	l = truth.List{Asked: u.truth.Mark(), Start: true, End: true, Newest: true}
	err = u.session.EachRow(ctx, u.query(f, nil), func(row mapi.Props) error {
		l.Rows = append(l.Rows, row)
		return nil
	})
	return l, err
}

// Learn takes over what is in the folders at the beginning.
func (u *User) Learn(ctx context.Context) error {
	for f, id := range u.folders {
		if id == nil {
			continue
		}
		l, err := u.allRows(ctx, truth.Folder(f))
		if err != nil {
			return err
		}
		if err := u.truth.Learn(truth.Folder(f), l); err != nil {
			return err
		}
	}
	u.learned = true
	return nil
}

// CheckAll compares every folder with the truth; nothing may be running for this user.
func (u *User) CheckAll(ctx context.Context) error {
	if u.session == nil || u.ended.Load() { // his turn to log on had not come, or a log-on has failed
		if err := u.logOnAgain(ctx); err != nil {
			return fmt.Errorf("last check: %w", err)
		}
	}
	for f, id := range u.folders {
		if id == nil {
			continue
		}
		l, err := u.allRows(ctx, truth.Folder(f))
		if err != nil {
			return fmt.Errorf("last check: %w", err)
		}
		if err := u.truth.CheckList(truth.Folder(f), l); err != nil {
			return err
		}
	}
	if u.local != nil {
		if err := u.synchronise(ctx); err != nil {
			return fmt.Errorf("last synchronisation: %w", err)
		}
	}
	return u.listFolders(ctx)
}

// listFolders reads the tree of folders with its counters.
func (u *User) listFolders(ctx context.Context) error {
	asked := u.truth.Mark()
	list, err := u.session.Folders(ctx, u.subtree, true)
	if err != nil {
		return err
	}
	for number, id := range u.folders {
		found := id == nil
		for _, f := range list {
			if string(f.EntryID) != string(id) {
				continue
			}
			found = true
			if err := u.truth.CheckCount(truth.Folder(number), f.Messages, f.Unread, asked); err != nil {
				return err
			}
		}
		if !found {
			return &truth.Violation{Kind: truth.Lost, User: u.options.Number, Detail: fmt.Sprintf("folder %d is not in the tree", number)}
		}
	}
	return nil
}

// showWeek shows the appointments of a week.
func (u *User) showWeek(ctx context.Context) error {
	return u.week(ctx, u.session, u.folders[calendar], u.truth.Mark(), func(l truth.List) error { return u.truth.CheckList(calendar, l) })
}

// week reads a week of a calendar, asked for at a moment, and has it checked.
func (u *User) week(ctx context.Context, at *client.Session, folder mapi.EntryID, asked truth.Mark, check func(truth.List) error) error {
	begin := time.Now().AddDate(0, 0, 7*(u.options.Random.IntN(9)-4))
	l := truth.List{Asked: asked, Some: true, From: mapi.FileTimeOf(begin), To: mapi.FileTimeOf(begin.AddDate(0, 0, 7))}
	start, end := mapi.Time(content.TagEnd, l.From), mapi.Time(content.TagStart, l.To)
	q := u.query(calendar, &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
		{Type: mapi.ResProperty, Op: mapi.RelGT, Tag: content.TagEnd, Value: &start},
		{Type: mapi.ResProperty, Op: mapi.RelLT, Tag: content.TagStart, Value: &end},
	}})
	q.EntryID = folder
	q.Columns = append(q.Columns, content.TagStart, content.TagEnd, content.TagLocation)
	q.Sort = []mapi.SortOrder{{Tag: content.TagStart, Order: mapi.SortAscend}}
	return u.withTable(ctx, at, q, func(t *client.Table) (err error) {
		if l.Rows, err = t.Rows(ctx, pageRows); err != nil {
			return err
		}
		if len(l.Rows) == pageRows {
			l.To = 0 // there may be more
		}
		return check(l)
	})
}
