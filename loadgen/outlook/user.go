// Package outlook plays one user of Outlook: what he does on the server, with the columns, orders and subscriptions that
// Outlook uses, and checks what the server answers.
//
// Users work online, where every list comes from the server, or in cached mode, where they have a copy of their folders that they
// synchronise; the profile says which.
//
// A [User] has two goroutines: that of its caller, which does one action after the other, and one that holds the
// notification poll open while the user is logged on. [User.Deliver] and [User.News] may be called from others, and
// users look into each other's calendars.
//
// It refuses to decide when something is done (package pacer does) and to measure (its caller does).
package outlook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
	"zarafa/profiles/users"
)

// Options describe a user.
type Options struct {
	Number   uint32
	Client   client.Options // where and as whom to log on
	Source   string         // of the tokens of this run
	Material *content.Material
	Random   *rand.Rand
	Profile  *users.Profile // what its client is like; when it does what is not of interest here
	// Peer chooses another user, nil if there is none.
	Peer func(*rand.Rand) *User
	// Grace is how long the server may take to notify.
	Grace time.Duration
	// Notified is told how long it took from the beginning of a delivery until its notification.
	Notified func(time.Duration)
	// Wrong is told of a wrong notification, by the poll's goroutine.
	Wrong func(error)
	// PollEnded is told when the server ended the poll.
	PollEnded func(error)
}

// Folders whose truth is known. Own folders follow.
const (
	inbox truth.Folder = iota
	outbox
	sent
	deleted
	calendar
	contacts
	drafts
	conflicts // there is none until there was a conflict
	ownFolders
)

// maxOwn is how many of his own folders a user works with.
const maxOwn = 3

// User is a simulated user.
type User struct {
	options Options
	truth   *truth.Mailbox
	serials serials
	learned bool // the truth is complete, so that lists can be checked

	session  *client.Session
	store    client.Store
	subtree  mapi.EntryID
	finder   mapi.EntryID
	folders  []mapi.EntryID // by truth.Folder
	table    *client.Table  // the inbox as it is shown
	shown    uint32         // number of its subscription
	local    *local         // the copy, in cached mode
	draft    *draft         // what is being written
	schedule schedule       // his free and busy times, which others look at
	searches mapi.EntryID   // the search folder, once there is one
	mail     mailWatch
	searched chan struct{}      // a search is complete
	stop     context.CancelFunc // ends the poll
	polled   chan struct{}      // closed when the poll has ended
	ended    atomic.Bool        // the poll has ended by itself
}

// New makes a user; he is not logged on yet.
func New(o Options) *User {
	u := &User{
		options: o, truth: truth.NewMailbox(o.Number), mail: newMailWatch(o.Number, o.Notified), searched: make(chan struct{}, 1),
	}
	if o.Profile.Cached != nil {
		u.local = new(local)
	}
	return u
}

// errNothing says that there was nothing to do, for instance no message to move.
var errNothing = errors.New("nothing to do")

// Do carries out an action. done is false if there was nothing to do it with. A *truth.Violation is a wrong answer.
func (u *User) Do(ctx context.Context, a users.Action) (done bool, err error) {
	if u.session == nil || u.ended.Load() { // a log-on has failed, or the server has ended the session
		return true, u.logOnAgain(ctx)
	}
	err = u.do(ctx, a)
	if errors.Is(err, errNothing) {
		return false, nil
	}
	return true, err
}

func (u *User) do(ctx context.Context, a users.Action) error {
	switch a {
	case users.CheckInbox:
		return u.showInbox(ctx)
	case users.Page:
		return u.page(ctx)
	case users.Folders:
		return u.listFolders(ctx)
	case users.OtherCalendar:
		return u.showOtherWeek(ctx)
	case users.FreeBusy:
		return u.lookUpSchedules(ctx)
	case users.SearchFolder:
		return u.searchFolder(ctx)
	case users.Autosave:
		return u.autosave(ctx)
	case users.Edit:
		return u.editAppointment(ctx)
	case users.React:
		return u.react(ctx)
	case users.Sync:
		return u.synchronise(ctx)
	case users.Conflict:
		return u.conflict(ctx)
	case users.Calendar:
		return u.showWeek(ctx)
	case users.Search:
		return u.search(ctx)
	case users.Read:
		return u.read(ctx)
	case users.MarkUnread:
		return u.markUnread(ctx)
	case users.Send:
		return u.send(ctx)
	case users.Reply:
		return u.reply(ctx)
	case users.Move:
		return u.move(ctx)
	case users.Delete:
		return u.remove(ctx)
	case users.Appointment:
		return u.addAppointment(ctx)
	case users.Contact:
		return u.addContact(ctx)
	case users.LogOn:
		return u.logOnAgain(ctx)
	}
	return fmt.Errorf("a user cannot %s", a)
}

// LogOn logs on, opens the store and the inbox, and begins to wait for notifications.
func (u *User) LogOn(ctx context.Context) (err error) {
	u.session, u.store, err = client.LogOnHome(ctx, u.options.Client)
	if err != nil {
		return err
	}
	if err := u.open(ctx); err != nil {
		return errors.Join(err, u.LogOff(context.WithoutCancel(ctx)))
	}
	return nil
}

// open opens what Outlook opens after logging on.
func (u *User) open(ctx context.Context) (err error) {
	if u.folders == nil {
		if err := u.findFolders(ctx); err != nil {
			return err
		}
	} else if _, err := u.session.LoadObject(ctx, u.store.EntryID); err != nil {
		return err
	}
	if err := u.session.Subscribe(ctx, storeSubscription, u.store.EntryID, storeEvents); err != nil {
		return err
	}
	u.startPoll(ctx)
	if u.local != nil {
		u.local.due = true
		return nil // the list of the inbox is in the copy
	}
	return u.openInbox(ctx)
}

// findFolders finds the folders that the user works with.
func (u *User) findFolders(ctx context.Context) error {
	ids, err := u.session.DefaultFolders(ctx, u.store)
	if err != nil {
		return err
	}
	store, err := u.session.LoadObject(ctx, u.store.EntryID)
	if err != nil {
		return err
	}
	u.subtree, u.finder = store.Props.Bytes(mapi.PrIPMSubtreeEntryID), store.Props.Bytes(mapi.PrFinderEntryID)
	list, err := u.session.Folders(ctx, u.subtree, false)
	if err != nil {
		return err
	}
	inboxObject, err := u.session.LoadObject(ctx, ids[client.Inbox])
	if err != nil {
		return err
	}
	folders := []mapi.EntryID{
		ids[client.Inbox], ids[client.Outbox], ids[client.SentItems], ids[client.DeletedItems], ids[client.Calendar], ids[client.Contacts],
		ids[client.Drafts], conflictsOf(inboxObject.Props),
	}
	standard := make(map[string]bool)
	for _, id := range ids {
		standard[string(id)] = true
	}
	for _, f := range list {
		if !standard[string(f.EntryID)] && f.Kind == mapi.FolderGeneric && f.Name != syncIssues && len(folders) < int(ownFolders)+maxOwn {
			folders = append(folders, f.EntryID)
		}
	}
	u.folders = folders
	return nil
}

// LogOff ends the poll and the session.
func (u *User) LogOff(ctx context.Context) error {
	u.mail.unsubscribed()
	if u.stop != nil {
		u.stop()
		<-u.polled
		u.stop = nil
	}
	if u.session == nil {
		return nil
	}
	err := u.session.Close(ctx)
	u.session, u.table, u.schedule.session = nil, nil, nil
	return err
}

func (u *User) logOnAgain(ctx context.Context) error {
	if err := u.LogOff(ctx); err != nil {
		return err
	}
	return u.LogOn(ctx)
}

// newToken makes the mark of a new item.
func (u *User) newToken() content.Token {
	return content.Token{User: u.options.Number, Source: u.options.Source, Serial: u.serials.next()}
}

// ServerGUID identifies the server that the user is logged on to.
func (u *User) ServerGUID() mapi.GUID { return u.session.ServerGUID() }

// ServerVersion is the version of the server that the user is logged on to.
func (u *User) ServerVersion() string { return u.session.ServerVersion() }
