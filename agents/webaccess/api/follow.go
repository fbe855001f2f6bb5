package api

import (
	"context"
	"strings"
	"sync"
	"time"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mapi"
)

// Numbers of the subscriptions of a session.
const (
	storeEvents = 1
	treeEvents  = 2
)

// What is published is gathered first, so that a thousand changes of a folder become one event.
const (
	gather  = 100 * time.Millisecond
	maxMail = 5 // new mails that are told one by one each time
)

// The pauses before the server is asked again that has gone away.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// Follow publishes what happens in a user's mailbox until ctx ends. It is what the hub of a session runs.
func (a *API) Follow(ctx context.Context, s *session.Session) {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		f := &follower{api: a, session: s, stale: make(map[string]bool), counts: make(map[string]FolderCount), wake: make(chan struct{}, 1)}
		began := a.now()
		err := f.run(ctx)
		if ctx.Err() != nil {
			return
		}
		s.Events.Lost()
		a.settings.Log.Debug("events are not followed", "user", s.User.Name, "again", pause, "error", err)
		if a.now().Sub(began) > longestPause {
			pause = firstPause
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// follower gathers the events of one log-on.
type follower struct {
	api     *API
	session *session.Session
	wake    chan struct{} // something was gathered

	mu     sync.Mutex
	stale  map[string]bool // entry ids of folders
	counts map[string]FolderCount
	tree   bool
	mail   []client.Event
}

// run subscribes and polls until something goes wrong or ctx ends.
func (f *follower) run(ctx context.Context) error {
	at := server(f.session)
	tree, err := at.OpenTable(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: f.session.Tree, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode | mapi.OpenConvenientDepth,
		Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrContentCount, mapi.PrContentUnread},
	})
	if err != nil {
		return err
	}
	ending := context.WithoutCancel(ctx)
	defer func() { _ = tree.Close(ending) }() // it ends with the session at the latest
	if err := tree.Subscribe(ctx, treeEvents); err != nil {
		return err
	}
	defer func() { _ = at.Unsubscribe(ending, treeEvents) }()
	const mask = mapi.EventNewMail | mapi.EventCreated | mapi.EventDeleted | mapi.EventModified | mapi.EventMoved | mapi.EventCopied |
		mapi.EventSearchComplete | mapi.EventIgnoreCounters
	if err := at.Subscribe(ctx, storeEvents, f.session.Store.EntryID, mask); err != nil {
		return err
	}
	defer func() { _ = at.Unsubscribe(ending, storeEvents) }()
	f.session.Events.Follow()
	flushing, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { f.flushAll(flushing) })
	defer wait.Wait()
	defer stop()
	for e, err := range at.Events(ctx) {
		if err != nil {
			return err
		}
		f.note(&e)
	}
	return ctx.Err()
}

// note gathers an event.
func (f *follower) note(e *client.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case e.Connection == treeEvents:
		f.noteTree(e)
	case e.Type == mapi.EventNewMail:
		f.stale[string(e.ParentID)] = true
		if len(f.mail) < maxMail && strings.HasPrefix(strings.ToUpper(e.MessageClass), "IPM.NOTE") {
			f.mail = append(f.mail, *e)
		}
	case e.ObjectType == mapi.TypeMessage:
		for _, folder := range []mapi.EntryID{e.ParentID, e.OldParentID} {
			if len(folder) > 0 {
				f.stale[string(folder)] = true
			}
		}
	case e.ObjectType == mapi.TypeFolder && e.Type == mapi.EventSearchComplete:
		f.stale[string(e.EntryID)] = true
	case e.ObjectType == mapi.TypeFolder:
		f.tree = true
	default:
		return
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// noteTree notes the numbers of a folder. Whose numbers change shows other messages, which is how it is known of search folders. The caller holds mu.
func (f *follower) noteTree(e *client.Event) {
	id := e.Row.Bytes(mapi.PrEntryID)
	if e.TableEvent != mapi.TableRowModified || id == nil {
		f.tree = f.tree || e.TableEvent != mapi.TableRowModified
		return
	}
	f.counts[string(id)] = FolderCount{ID: idOf(id), Total: int(e.Row.Uint32(mapi.PrContentCount)), Unread: int(e.Row.Uint32(mapi.PrContentUnread))}
	f.stale[string(id)] = true
}

// flushAll publishes what was gathered, a moment after something was, until ctx ends.
func (f *follower) flushAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		timer := time.NewTimer(gather)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		f.flush(ctx)
	}
}

// flush publishes what was gathered. New mails come first: their folders are shown as they are by then.
func (f *follower) flush(ctx context.Context) {
	f.mu.Lock()
	stale, counts, tree, mail := f.stale, f.counts, f.tree, f.mail
	f.stale, f.counts, f.tree, f.mail = make(map[string]bool), make(map[string]FolderCount), false, nil
	f.mu.Unlock()
	if tree {
		f.publish("folders", EventFolders{Store: idOf(f.session.Store.EntryID)})
	}
	if len(counts) > 0 {
		var e EventCounts
		for _, c := range counts {
			e.Folders = append(e.Folders, c)
		}
		f.publish("counts", e)
	}
	for folder := range stale {
		f.publish("stale", EventStale{Folder: idOf(mapi.EntryID(folder))})
	}
	for i := range mail {
		if e, ok := f.newMail(ctx, &mail[i]); ok {
			f.publish("mail", e)
		}
	}
}

// newMail reads what is told of a new mail. One that is gone again, by a rule for example, is not told.
func (f *follower) newMail(ctx context.Context, e *client.Event) (EventMail, bool) {
	o, err := server(f.session).LoadObject(ctx, e.EntryID)
	if err != nil {
		return EventMail{}, false
	}
	return EventMail{ID: idOf(e.EntryID), Folder: idOf(e.ParentID), From: whoIn(o.Props), Subject: o.Props.Str(mapi.PrSubject)}, true
}

func (f *follower) publish(name string, event any) {
	data, err := Encode(event)
	if err != nil {
		f.api.settings.Log.Error("an event has no JSON", "event", name, "error", err)
		return
	}
	f.session.Events.Publish(name, data)
}
