package api

import (
	"context"
	"slices"
	"strings"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mapi"
)

// maxBulk is how many messages one call changes.
const maxBulk = 1000

// Bounds of categories.
const (
	maxCategories = 50
	maxCategory   = 255
)

// bulk carries out a change of a selection: do is given as many messages as one call changes.
func (a *API) bulk(ctx context.Context, s *session.Session, of MessageSelection, cursor string, do func([]mapi.EntryID, *Bulk) error) (r Bulk, err error) {
	r.Failed, r.Moved, r.From = make(Failures), make(map[ID]ID), of.Folder
	var p part
	if len(of.IDs) > 0 {
		p, err = partOfIDs(of, cursor)
	} else {
		p, err = partOfRows(ctx, s, of, cursor)
	}
	if err != nil {
		return r, err
	}
	except := make(map[ID]bool)
	for _, id := range of.Except {
		except[id] = true
	}
	p.ids = slices.DeleteFunc(p.ids, func(id mapi.EntryID) bool { return except[idOf(id)] })
	if len(p.ids) > 0 {
		if err := do(p.ids, &r); err != nil {
			return r, err
		}
	}
	r.Next, r.Left = p.next, p.left
	return r, nil
}

func (a *API) messagesSet(ctx context.Context, s *session.Session, args MessagesSet) (Bulk, error) {
	folder, err := folderID(args.Of.Folder)
	if err != nil {
		return Bulk{}, err
	}
	changes, err := args.changes(a.now())
	if err != nil {
		return Bulk{}, err
	}
	return a.bulk(ctx, s, args.Of, args.Cursor, func(ids []mapi.EntryID, r *Bulk) error {
		failed := make(map[int]bool)
		for _, c := range changes {
			answers, err := server(s).ChangeFlags(ctx, folder, ids, c)
			if err != nil {
				return err
			}
			for i, answer := range answers {
				if answer.State == mapi.MessageNotThere {
					failed[i] = true
				}
			}
		}
		for i := range failed {
			r.Failed[idOf(ids[i])] = Problem{Code: NotFound, Message: "the message is not in the folder any more"}
		}
		r.Done = len(ids) - len(failed)
		return nil
	})
}

// messagesMove moves or copies. What is not there any more fails by itself.
func (a *API) messagesMove(ctx context.Context, s *session.Session, args MessagesMove) (Bulk, error) {
	to, err := folderID(args.To)
	if err != nil {
		return Bulk{}, err
	}
	return a.bulk(ctx, s, args.Of, args.Cursor, func(ids []mapi.EntryID, r *Bulk) error {
		if args.Copy {
			return numbered(ids, r, func() ([]client.Saved, error) { return server(s).CopyNumbered(ctx, to, ids...) })
		}
		return move(ctx, s, to, ids, r)
	})
}

func move(ctx context.Context, s *session.Session, to mapi.EntryID, ids []mapi.EntryID, r *Bulk) error {
	return numbered(ids, r, func() ([]client.Saved, error) { return server(s).MoveNumbered(ctx, to, ids...) })
}

// numbered notes where messages went.
func numbered(ids []mapi.EntryID, r *Bulk, do func() ([]client.Saved, error)) error {
	list, err := do()
	if err != nil {
		return err
	}
	for i, saved := range list {
		if saved.EntryID == nil {
			r.Failed[idOf(ids[i])] = Problem{Code: NotFound, Message: "the message is not there any more"}
			continue
		}
		r.Moved[idOf(ids[i])] = idOf(saved.EntryID)
		r.Done++
	}
	return nil
}

func (a *API) messagesDelete(ctx context.Context, s *session.Session, args MessagesDelete) (Bulk, error) {
	folder, err := folderID(args.Of.Folder)
	if err != nil {
		return Bulk{}, err
	}
	final := args.Final || s.Folders[client.DeletedItems] == nil
	if !final {
		if final, err = inDeletedItems(ctx, s, folder); err != nil {
			return Bulk{}, err
		}
	}
	return a.bulk(ctx, s, args.Of, args.Cursor, func(ids []mapi.EntryID, r *Bulk) error {
		if !final {
			return move(ctx, s, s.Folders[client.DeletedItems], ids, r)
		}
		r.Done = len(ids)
		return server(s).DeleteMessages(ctx, false, ids...)
	})
}

// part are the messages that one call changes, and what is left for others.
type part struct {
	ids  []mapi.EntryID
	next string
	left int
}

// categories checks names of categories.
func categories(names []string) error {
	if len(names) > maxCategories {
		return tooLarge("at most %d categories", maxCategories)
	}
	for _, n := range names {
		if strings.TrimSpace(n) == "" || len(n) > maxCategory {
			return invalid("a category has from 1 to %d bytes", maxCategory)
		}
	}
	return nil
}
